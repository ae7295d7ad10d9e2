//! How products are cut, by their shape: measured once on a card and kept in cuts.txt, so that no training begins with
//! measurements, and the same study gives the same bits on the same card.

use std::sync::LazyLock;

use super::product::Cut;

/// Which product of a linear map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `x w`.
    Forward,
    /// `g wᵀ`, the gradient of `x`.
    OfInput,
    /// `xᵀ g`, the gradient of `w`.
    OfWeight,
}

/// The fastest cut for a shape.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    half: bool,
    way: Way,
    /// Natural logarithms of rows, inputs and outputs.
    shape: [f64; 3],
    /// How it is cut.
    pub cut: Cut,
    /// In how many parts rows are cut; they are multiplied side by side, then summed.
    pub parts: usize,
}

/// Shapes that are further away than this, in sums of logarithms, tell nothing about each other.
const NEAR: f64 = 2.0;

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| lines().filter_map(entry).collect());

/// Lines that are no comments.
fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("cuts.txt").lines().filter(|line| !line.starts_with('#'))
}

/// All that was measured, as text.
pub fn table() -> String {
    lines().map(|line| format!("{line}\n")).collect()
}

/// What was measured of the nearest shape, `[rows, inputs, outputs]` of the linear map; `None` where nothing was measured
/// nearby.
pub fn find(half: bool, way: Way, shape: [usize; 3]) -> Option<&'static Entry> {
    let shape = shape.map(|n| (n as f64).ln());
    let distance = |entry: &Entry| entry.shape.iter().zip(shape).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let alike = TABLE.iter().filter(|entry| entry.half == half && entry.way == way);
    let nearest = alike.map(|entry| (distance(entry), entry)).min_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (nearest.0 <= NEAR).then_some(nearest.1)
}

/// Reads a line.
fn entry(line: &str) -> Option<Entry> {
    let (product, cut) = line.split_once(": ")?;
    let [format, way, rows, inputs, outputs] = fields(product)?;
    let way = match way {
        "forward" => Way::Forward,
        "of_input" => Way::OfInput,
        "of_weight" => Way::OfWeight,
        _ => return None,
    };
    let [tile, depth, planes, stages, parts] = fields(cut)?;
    let log = |n: &str| n.parse::<f64>().ok().map(f64::ln);
    Some(Entry {
        half: format == "bf16",
        way,
        shape: [log(rows)?, log(inputs)?, log(outputs)?],
        cut: Cut { tile: pair(tile)?, depth: depth.parse().ok()?, planes: pair(planes)?, stages: stages.parse().ok()? },
        parts: parts.parse().ok()?,
    })
}

fn fields<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split_whitespace().collect::<Vec<_>>().try_into().ok()
}

fn pair(text: &str) -> Option<[u32; 2]> {
    let (a, b) = text.split_once('x')?;
    Some([a.parse().ok()?, b.parse().ok()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_is_no_comment_is_a_cut_that_tensor_cores_can_make() {
        assert_eq!(lines().count(), TABLE.len());
        for Entry { cut: Cut { tile, depth, planes, stages }, parts, half, .. } in &*TABLE {
            // A plane's share is whole fragments of 16 × 8, and two of these beside each other where they are loaded in pairs.
            assert!(tile[0].is_multiple_of(16 * planes[0]) && tile[1].is_multiple_of(16 * planes[1]));
            assert!(depth.is_multiple_of(if *half { 16 } else { 8 }) && *stages >= 2 && parts.is_power_of_two());
        }
    }

    #[test]
    fn the_nearest_shape_is_found_and_none_far_away() {
        let base = find(true, Way::OfWeight, [4096, 768, 2304]).unwrap();
        assert_eq!((base.cut.tile, base.cut.depth, base.parts), ([128, 128], 64, 2));
        assert_eq!(find(true, Way::OfWeight, [3800, 768, 2304]).unwrap().parts, 2);
        assert!(find(true, Way::Forward, [32, 64, 64]).is_none());
    }
}
