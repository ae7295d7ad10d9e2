//! [`AdamW`] on GPUs: some parameters in one kernel, as many as its arguments may be.

use burn::tensor::{DType, Tensor};
use burn_cubecl::element::BoolElement;
use burn_cubecl::{CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{AdamW, Clip, Moved, Moving, Rule};
use crate::gpu::device::Data;

/// Units of a cube.
const UNITS: u32 = 256;

/// Numbers of a unit.
const EACH: u32 = 16;

/// Parameters of one kernel.
fn together<R: CubeRuntime>(data: &Data<R>) -> usize {
    // A parameter is four buffers. Where there are many to bind there is no reason for few.
    if data.has_planes() { 32 } else { 1 }
}

/// Cubes for so many numbers.
fn cubes_of(n: usize) -> u32 {
    (n as u32).div_ceil(UNITS * EACH).max(1)
}

/// Which cube of the kernel is the first of each parameter, and how many numbers that has.
#[derive(CubeType, CubeLaunch)]
pub struct Place {
    first: u32,
    numbers: u32,
}

/// The sum of a number of every unit, for all of them.
#[cube]
fn sum_of_cube(mine: f32) -> f32 {
    let mut meeting = SharedMemory::<f32>::new(UNITS as usize);
    meeting[UNIT_POS_X as usize] = mine;
    sync_cube();
    #[unroll]
    for halving in 1..9u32 {
        let width = comptime!(UNITS >> halving);
        if UNIT_POS_X < width {
            let other = meeting[(UNIT_POS_X + width) as usize];
            meeting[UNIT_POS_X as usize] += other;
        }
        sync_cube();
    }
    meeting[0usize]
}

/// The sum of squares of every cube's numbers.
#[cube(launch)]
fn squares(
    gradients: &Sequence<Array<f32>>,
    places: &Sequence<Place>,
    parts: &mut Array<f32>,
    from: u32,
    #[comptime] count: u32,
) {
    let mut sum = 0.0f32;
    #[unroll]
    for k in 0..count {
        let place = places.index(comptime!(k as usize));
        let gradient = gradients.index(comptime!(k as usize));
        let start = (CUBE_POS_X - place.first) * (UNITS * EACH);
        if CUBE_POS_X >= place.first && start < place.numbers {
            for i in 0..EACH {
                let at = start + i * UNITS + UNIT_POS_X;
                if at < place.numbers {
                    let x = gradient[at as usize];
                    sum += x * x;
                }
            }
        }
    }
    let total = sum_of_cube(sum);
    if UNIT_POS_X == 0 {
        parts[(from + CUBE_POS_X) as usize] = total;
    }
}

/// The root of the sum of all parts, in one cube.
#[cube(launch)]
fn root(parts: &Array<f32>, norm: &mut Array<f32>, count: u32) {
    let mut sum = 0.0f32;
    let mut at = UNIT_POS_X;
    while at < count {
        sum += parts[at as usize];
        at += UNITS;
    }
    let total = sum_of_cube(sum);
    if UNIT_POS_X == 0 {
        norm[0usize] = f32::sqrt(total);
    }
}

/// A [`Rule`] in a kernel.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Numbers {
    beta1: f32,
    rest1: f32,
    beta2: f32,
    rest2: f32,
    epsilon: f32,
    correction2: f32,
    rate: f32,
    keep: f32,
    most: f32,
}

/// The step of some parameters with one rule.
#[cube(launch)]
fn step(
    values: &mut Sequence<Array<f32>>,
    gradients: &Sequence<Array<f32>>,
    first: &mut Sequence<Array<f32>>,
    second: &mut Sequence<Array<f32>>,
    norm: &Array<f32>,
    places: &Sequence<Place>,
    numbers: Numbers,
    #[comptime] count: u32,
    #[comptime] clips: bool,
    #[comptime] begins: bool,
) {
    let mut factor = 1.0f32;
    if comptime!(clips) {
        factor = f32::min(numbers.most / (norm[0usize] + 1.0e-6f32), 1.0f32);
    }
    #[unroll]
    for k in 0..count {
        let k = comptime!(k as usize);
        let place = places.index(k);
        let start = (CUBE_POS_X - place.first) * (UNITS * EACH);
        if CUBE_POS_X >= place.first && start < place.numbers {
            for i in 0..EACH {
                let at = (start + i * UNITS + UNIT_POS_X) as usize;
                if start + i * UNITS + UNIT_POS_X < place.numbers {
                    let g = gradients.index(k)[at] * factor;
                    let mut m = g * numbers.rest1;
                    let mut v = g * g * numbers.rest2;
                    if comptime!(!begins) {
                        m += first.index(k)[at] * numbers.beta1;
                        v += second.index(k)[at] * numbers.beta2;
                    }
                    first.index_mut(k)[at] = m;
                    second.index_mut(k)[at] = v;
                    let denominator = f32::sqrt(v) / numbers.correction2 + numbers.epsilon;
                    let value = values.index(k)[at] * numbers.keep - m / denominator * numbers.rate;
                    values.index_mut(k)[at] = value;
                }
            }
        }
    }
}

impl<R, F, I, BT> AdamW for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn norm(gradients: &[Tensor<Self, 1>]) -> Tensor<Self, 1> {
        let gradients: Vec<(usize, Data<R>)> = gradients.iter().map(|g| (g.dims()[0], Data::of(g.clone()))).collect();
        let Some((_, some)) = gradients.first() else { return super::reference::norm(&[]) };
        let all: u32 = gradients.iter().map(|(n, _)| cubes_of(*n)).sum();
        let parts = some.empty([all as usize], DType::F32);
        let mut from = 0;
        for group in gradients.chunks(together(some)) {
            let (places, cubes) = places(group.iter().map(|(n, _)| *n));
            squares::launch::<R>(
                some.client(),
                CubeCount::Static(cubes, 1, 1),
                CubeDim::new_1d(UNITS),
                group.iter().map(|(_, data)| data.arg()).collect(),
                places,
                parts.arg(),
                from,
                group.len() as u32,
            );
            from += cubes;
        }
        let norm = some.empty([1], DType::F32);
        let one = CubeCount::Static(1, 1, 1);
        root::launch::<R>(some.client(), one, CubeDim::new_1d(UNITS), parts.arg(), norm.arg(), all);
        norm.tensor()
    }

    fn moved(parameters: Vec<Moving<Self>>, clip: Option<&Clip<Self>>) -> Vec<Moved<Self>> {
        let mut moved: Vec<Option<Moved<Self>>> = parameters.iter().map(|_| None).collect();
        let mut left: Vec<(usize, Moving<Self>)> = parameters.into_iter().enumerate().collect();
        // Parameters of one kernel have one rule.
        while let Some((rule, begins)) = left.first().map(|(_, p)| (p.rule, p.moments.is_none())) {
            let (alike, others) = left.into_iter().partition(|(_, p)| p.rule == rule && p.moments.is_none() == begins);
            left = others;
            move_alike(alike, rule, clip, &mut moved);
        }
        moved.into_iter().flatten().collect()
    }
}

type Backend<R, F, I, BT> = CubeBackend<R, F, I, BT>;

fn move_alike<R: CubeRuntime, F: FloatElement, I: IntElement, BT: BoolElement>(
    parameters: Vec<(usize, Moving<Backend<R, F, I, BT>>)>,
    rule: Rule,
    clip: Option<&Clip<Backend<R, F, I, BT>>>,
    moved: &mut [Option<Moved<Backend<R, F, I, BT>>>],
) {
    let mut rest = parameters;
    while let Some((_, first)) = rest.first() {
        let some = Data::of(first.gradient.clone());
        let begins = first.moments.is_none();
        let later = rest.split_off(rest.len().min(together(&some)));
        let group: Vec<_> =
            std::mem::replace(&mut rest, later).into_iter().map(|(at, p)| Written::new(at, p)).collect();
        let norm = clip.map_or_else(|| some.clone(), |clip| Data::of(clip.norm.clone()));
        let (places, cubes) = places(group.iter().map(|p| p.numbers));
        step::launch::<R>(
            some.client(),
            CubeCount::Static(cubes, 1, 1),
            CubeDim::new_1d(UNITS),
            group.iter().map(|p| p.value.arg()).collect(),
            group.iter().map(|p| p.gradient.arg()).collect(),
            group.iter().map(|p| p.moments[0].arg()).collect(),
            group.iter().map(|p| p.moments[1].arg()).collect(),
            norm.arg(),
            places,
            NumbersLaunch::new(
                rule.beta1 as f32,
                (1.0 - rule.beta1) as f32,
                rule.beta2 as f32,
                (1.0 - rule.beta2) as f32,
                rule.epsilon as f32,
                rule.correction2 as f32,
                rule.rate as f32,
                rule.keep as f32,
                clip.map_or(1.0, |clip| clip.most) as f32,
            ),
            group.len() as u32,
            clip.is_some(),
            begins,
        );
        for Written { at, value, moments, .. } in group {
            moved[at] = Some(Moved { value: value.tensor(), moments: moments.map(Data::tensor) });
        }
    }
}

/// A parameter that a kernel writes in place.
struct Written<R: CubeRuntime> {
    /// Where it stands among all that move.
    at: usize,
    numbers: usize,
    value: Data<R>,
    gradient: Data<R>,
    moments: [Data<R>; 2],
}

impl<R: CubeRuntime> Written<R> {
    fn new<F: FloatElement, I: IntElement, BT: BoolElement>(at: usize, p: Moving<Backend<R, F, I, BT>>) -> Self {
        let [numbers] = p.value.dims();
        let value = Data::of(p.value).owned();
        let moments = match p.moments {
            Some(moments) => moments.map(|m| Data::of(m).owned()),
            None => [0, 1].map(|_| value.empty([numbers], DType::F32)),
        };
        Self { at, numbers, value, gradient: Data::of(p.gradient), moments }
    }
}

/// The places of parameters with so many numbers, and their cubes together.
fn places<R: Runtime>(sizes: impl Iterator<Item = usize>) -> (SequenceArg<R, Place>, u32) {
    let mut first = 0;
    let mut places = SequenceArg::new();
    for n in sizes {
        places.push(PlaceLaunch::new(first, n as u32));
        first += cubes_of(n);
    }
    (places, first)
}
