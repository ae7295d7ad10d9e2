use super::{Ids, takers};
use crate::Trains;
use crate::testing::{Plain, assert_close, on_all, parameter, values, weighed};

const ROWS: [usize; 3] = [50, 7, 2];

/// Of the second table.
const PADDING: [Option<usize>; 3] = [None, Some(3), None];

fn ids(table: usize, tokens: usize) -> Vec<i32> {
    // Some ids often, some never.
    (0..tokens).map(|i| ((i * i + 3 * table) % ROWS[table] % 41) as i32).collect()
}

#[test]
fn it_equals_burns_selection() {
    fn fused<B: Trains>(tokens: usize, columns: usize) -> Vec<Vec<f32>> {
        let tables = [0, 1, 2].map(|k| parameter::<B, 2>(&format!("table {k}"), [ROWS[k], columns]));
        let ids = [0, 1, 2].map(|k| Ids::<B>::new(&ids(k, tokens), PADDING[k], Some(ROWS[k]), &Default::default()));
        let y = B::lookup(tables.clone(), ids.each_ref());
        let grads = weighed(y.clone()).backward();
        let mut all = vec![values(&y)];
        all.extend(tables.iter().map(|table| values(&table.grad(&grads).unwrap())));
        all
    }
    for (tokens, columns) in [(1, 1), (13, 8), (300, 33)] {
        let tables = [0, 1, 2].map(|k| parameter::<Plain, 2>(&format!("table {k}"), [ROWS[k], columns]));
        let [a, b, c] = [0, 1, 2].map(|k| {
            let ids = Ids::<Plain>::new(&ids(k, tokens), None, None, &Default::default());
            tables[k].clone().select(0, ids.ids)
        });
        let y = a + b + c;
        let grads = weighed(y.clone()).backward();
        let mut expected = vec![values(&y)];
        expected.extend(tables.iter().map(|table| values(&table.grad(&grads).unwrap())));
        expected[2][3 * columns..4 * columns].fill(0.0);
        for (way, ours) in on_all!(fused(tokens, columns)) {
            for (i, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
                assert_close(&format!("{way} {tokens} {columns} {i}"), ours, expected, 1e-5);
            }
        }
    }
}

#[test]
fn takers_are_all_tokens_by_id_in_short_stretches() {
    for (n, rows) in [(0, 3), (1, 1), (100, 2), (300, 50)] {
        let ids: Vec<i32> = (0..n).map(|i| ((i * 7) % rows) as i32).collect();
        let (tokens, stretches, starts) = takers(&ids, None, rows);
        let mut seen: Vec<i32> = tokens.clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..n as i32).collect::<Vec<_>>());
        assert_eq!((starts.len(), starts[rows]), (rows + 1, stretches.len() as i32 - 1));
        for (id, of_id) in starts.windows(2).enumerate() {
            for stretch in of_id[0]..of_id[1] {
                let range = stretches[stretch as usize] as usize..stretches[stretch as usize + 1] as usize;
                assert!(!range.is_empty() && range.len() <= super::STRETCH);
                let of_stretch = &tokens[range];
                assert!(of_stretch.is_sorted() && of_stretch.iter().all(|t| ids[*t as usize] == id as i32));
            }
        }
    }
}
