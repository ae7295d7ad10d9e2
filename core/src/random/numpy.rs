//! numpy's seeded permutation, bit for bit, so that a study can repeat the rows that others picked.
//!
//! `datasets.Dataset.shuffle(seed=42)` orders rows by `numpy.random.default_rng(42).permutation(n)`: a `SeedSequence`
//! spreads the seed (numpy/random/bit_generator.pyx), PCG64 XSL-RR 128/64 gives the bits (O'Neill, *PCG*, 2014),
//! masked rejection bounds them (numpy's distributions.c), and a Fisher-Yates pass from the end shuffles
//! (`Generator.shuffle`, numpy/random/_generator.pyx). Only for repeating such studies; everything else draws from
//! [`crate::random`].

use rand::RngCore;
use rand_pcg::Pcg64;

/// The first `n` whole numbers in the order of `numpy.random.default_rng(seed).permutation(n)`.
///
/// ```
/// assert_eq!(transfermap::random::numpy::permutation(42, 10), [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]);
/// ```
pub fn permutation(seed: u64, n: usize) -> Vec<usize> {
    let mut bits = Bits::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, bits.up_to(last as u64) as usize);
    }
    order
}

/// numpy's `PCG64` bit generator with its buffered 32-bit halves.
struct Bits {
    generator: Pcg64,
    /// The upper half of a 64-bit draw whose lower half was used.
    half: Option<u32>,
}

impl Bits {
    fn new(seed: u64) -> Self {
        let [state_high, state_low, stream_high, stream_low] = seed_words(seed);
        let join = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        Self { generator: Pcg64::new(join(state_high, state_low), join(stream_high, stream_low)), half: None }
    }

    fn next_u32(&mut self) -> u32 {
        self.half.take().unwrap_or_else(|| {
            let word = self.generator.next_u64();
            self.half = Some((word >> 32) as u32);
            word as u32
        })
    }

    /// A whole number from 0 to `largest`, both included: `random_interval` of numpy's distributions.c, which keeps the
    /// low bits of a draw and draws again until they are in range. (`Generator.integers` uses Lemire's method instead.)
    fn up_to(&mut self, largest: u64) -> u64 {
        if largest == 0 {
            return 0;
        }
        let mask = u64::MAX >> largest.leading_zeros();
        loop {
            let draw =
                if u32::try_from(largest).is_ok() { u64::from(self.next_u32()) } else { self.generator.next_u64() };
            if draw & mask <= largest {
                return draw & mask;
            }
        }
    }
}

/// `SeedSequence(seed).generate_state(4, uint64)`.
fn seed_words(seed: u64) -> [u64; 4] {
    const INIT_B: u32 = 0x8b51_f9dd;
    const MULT_B: u32 = 0x58f3_8ded;
    let pool = entropy_pool(seed);
    let mut constant = INIT_B;
    let mut cycle = pool.iter().cycle();
    let mut next = || {
        let mut word = cycle.next().copied().unwrap_or(0) ^ constant;
        constant = constant.wrapping_mul(MULT_B);
        word = word.wrapping_mul(constant);
        u64::from(word ^ word >> XSHIFT)
    };
    // The lower half of each word comes first.
    std::array::from_fn(|_| next() | next() << 32)
}

const XSHIFT: u32 = 16;

/// `SeedSequence.mix_entropy`: the seed's 32-bit words, lowest first, hashed into a pool of four and mixed so that
/// every bit of the seed reaches every word of the pool.
fn entropy_pool(seed: u64) -> [u32; 4] {
    const INIT_A: u32 = 0x43b0_d7e5;
    const MULT_A: u32 = 0x931e_8875;
    let mut constant = INIT_A;
    let mut hash = |word: u32| {
        let mut word = word ^ constant;
        constant = constant.wrapping_mul(MULT_A);
        word = word.wrapping_mul(constant);
        word ^ word >> XSHIFT
    };
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0].map(&mut hash);
    for source in 0..pool.len() {
        for target in (0..pool.len()).filter(|&t| t != source) {
            pool[target] = mix(pool[target], hash(pool[source]));
        }
    }
    pool
}

fn mix(x: u32, y: u32) -> u32 {
    const LEFT: u32 = 0xca01_f9dd;
    const RIGHT: u32 = 0x4973_f715;
    let mixed = x.wrapping_mul(LEFT).wrapping_sub(y.wrapping_mul(RIGHT));
    mixed ^ mixed >> XSHIFT
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// Written by make_extra.py with numpy 2.4.6:
    /// ```python
    /// doc["pcg64_permutation"] = [dict(seed=s, n=n, first=np.random.default_rng(s).permutation(n)[:20].tolist())
    ///                             for s, n in [(42, 10), (42, 2490), (42, 67349), (0, 1000), (12345, 5000)]]
    /// ```
    const EXTRA: &str = include_str!("../../../tests/fixtures/extra.json");

    #[derive(Deserialize)]
    struct Extra {
        pcg64_permutation: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        seed: u64,
        n: usize,
        first: Vec<usize>,
    }

    #[test]
    fn equals_numpy() {
        let extra: Extra = serde_json::from_str(EXTRA).unwrap();
        assert_eq!(extra.pcg64_permutation.len(), 5);
        for case in extra.pcg64_permutation {
            let order = permutation(case.seed, case.n);
            assert_eq!(order.len(), case.n);
            assert_eq!(order[..case.first.len()], case.first, "seed {}, n {}", case.seed, case.n);
        }
    }

    #[test]
    fn the_notebook_starts_with_row_32326_of_sst2() {
        assert_eq!(permutation(42, 67_349)[0], 32_326);
    }

    #[test]
    fn equals_numpy_for_large_seeds_and_small_n() {
        // numpy 2.4.6:
        // for s, n in [(2**32-1, 50), (2**32, 100), (2**40+7, 1000), (2**64-1, 3000), (7, 0), (7, 1), (7, 2)]:
        //     np.random.default_rng(s).permutation(n)[:10].tolist()
        let cases: [(u64, usize, &[usize]); 7] = [
            (u64::from(u32::MAX), 50, &[1, 40, 33, 22, 15, 16, 44, 25, 9, 47]),
            (1 << 32, 100, &[65, 45, 69, 50, 18, 86, 80, 9, 78, 2]),
            ((1 << 40) + 7, 1000, &[795, 479, 354, 691, 160, 811, 209, 310, 0, 866]),
            (u64::MAX, 3000, &[549, 2558, 1039, 347, 550, 33, 17, 143, 2140, 74]),
            (7, 0, &[]),
            (7, 1, &[0]),
            (7, 2, &[0, 1]),
        ];
        for (seed, n, first) in cases {
            assert_eq!(permutation(seed, n)[..first.len()], *first, "seed {seed}, n {n}");
        }
    }

    #[test]
    fn equals_numpy_to_the_last_element() {
        // hashlib.sha256(np.random.default_rng(s).permutation(n).astype("<u8").tobytes()).hexdigest()
        for (seed, n, expected) in [
            (42, 67_349, "13bd8989246d8130a59b1e8180f5e259931fa23bb5afe3b14cdfac944e8651e7"),
            ((1 << 40) + 7, 100_000, "1a384caa9130215f8ef6dbed0c9379a869c20a3c45a840a7d0005a191f2966ad"),
        ] {
            let bytes: Vec<u8> = permutation(seed, n).iter().flat_map(|&i| (i as u64).to_le_bytes()).collect();
            assert_eq!(crate::fingerprint::digest(&bytes), expected);
        }
    }
}
