//! The factors of [`Mask`](crate::mask::Mask) in a kernel.

use cubecl::prelude::*;

use crate::mask::Mask;

/// A mask as a kernel's arguments.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Factors {
    key0: u32,
    key1: u32,
    place: u32,
    threshold: u32,
    scale: f32,
}

/// A mask's arguments; of no mask any, which a kernel does not read.
pub fn factors<R: Runtime>(mask: Option<Mask>) -> FactorsLaunch<R> {
    match mask {
        Some(mask) => FactorsLaunch::new(mask.key[0], mask.key[1], mask.place, mask.threshold, mask.scale()),
        None => FactorsLaunch::new(0, 0, 0, 0, 1.0),
    }
}

/// One block of Philox4x32-10.
#[cube]
fn philox(factors: Factors, group: u32) -> Vector<u32, Const<4>> {
    let mut c0 = group;
    let mut c1 = 0u32;
    let mut c2 = factors.place;
    let mut c3 = 0u32;
    let mut k0 = factors.key0;
    let mut k1 = factors.key1;
    #[unroll]
    for _round in 0..10u32 {
        let high0 = u32::mul_hi(c0, 0xd251_1f53u32);
        let low0 = c0 * 0xd251_1f53u32;
        let high1 = u32::mul_hi(c2, 0xcd9e_8d57u32);
        let low1 = c2 * 0xcd9e_8d57u32;
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9e37_79b9u32;
        k1 += 0xbb67_ae85u32;
    }
    let mut words = Vector::<u32, Const<4>>::empty();
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
    words
}

/// The factors of the elements from `first` on: `first` is a multiple of the vector's size, which is 1 or 4.
#[cube]
pub fn factors_of<N: Size>(factors: Factors, first: u32) -> Vector<f32, N> {
    let words = philox(factors, first / 8);
    let lane = first % 8;
    let mut out = Vector::<f32, N>::empty();
    #[unroll]
    for i in 0..N::value() {
        let lane = lane + i as u32;
        let pair = lane / 2;
        let mut word = words[0];
        if pair == 1 {
            word = words[1];
        }
        if pair == 2 {
            word = words[2];
        }
        if pair == 3 {
            word = words[3];
        }
        let bits = (word >> (16 * (lane % 2))) & 0xffffu32;
        let mut factor = factors.scale;
        if bits < factors.threshold {
            factor = 0.0f32;
        }
        out[i] = factor;
    }
    out
}
