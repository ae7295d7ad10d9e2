//! Products on tensor cores: tiles of both matrices go through shared memory in several stages, so that copies of the next
//! tiles run while planes multiply the last ones (`cp.async`, `ldmatrix`, `mma`: compute capability 8.0 and later).
//!
//! Operands stand in shared memory as they do in the tensor, whichever of their two directions is the contiguous one, with
//! a gap after every row, so that the units of a plane read from different banks.

use cubecl::cmma::MmaDefinition;
use cubecl::prelude::barrier::{Barrier, copy_async_checked};
use cubecl::prelude::*;

/// What a kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Rows of the result that a cube makes.
    pub rows: u32,
    /// Columns of it.
    pub columns: u32,
    /// Depth of a stage.
    pub depth: u32,
    /// Planes side by side over the rows, and over the columns.
    pub planes: [u32; 2],
    /// Tiles in flight.
    pub stages: u32,
    /// Whether neighbours in `a` lie along the depth, and so in `b`; else along rows, and along columns.
    pub along_depth: [bool; 2],
    /// Numbers that are copied at once, of `a` and `b`.
    pub vectors: [u32; 2],
    /// Numbers that are written at once.
    pub written: u32,
    /// Whether tensor cores multiply; else every unit, one number after the other.
    pub tensor_cores: bool,
    /// Whether the numbers are of 16 bits.
    pub half: bool,
}

impl Tiling {
    /// Rows and columns of a plane.
    fn of_plane(self) -> [u32; 2] {
        [self.rows / self.planes[0], self.columns / self.planes[1]]
    }

    /// Units of a cube.
    pub fn units(self) -> u32 {
        32 * self.planes[0] * self.planes[1]
    }

    /// Numbers in a row of shared memory, gap included: of `a` (0) and `b` (1).
    fn pitch(self, operand: usize) -> u32 {
        let across = if operand == 0 { self.rows } else { self.columns };
        let gap = match (self.half, self.along_depth[operand]) {
            (true, _) => 8,
            (false, true) => 4,
            (false, false) => 8,
        };
        gap + if self.along_depth[operand] { self.depth } else { across }
    }

    /// Bytes of shared memory.
    pub fn shared(self) -> u32 {
        self.stages * (self.stage(0) + self.stage(1)) * if self.half { 2 } else { 4 }
    }

    /// Numbers of a stage.
    fn stage(self, operand: usize) -> u32 {
        let across = if operand == 0 { self.rows } else { self.columns };
        self.pitch(operand) * if self.along_depth[operand] { across } else { self.depth }
    }
}

/// Sizes, beginnings and strides, in numbers.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Sizes {
    rows: u32,
    columns: u32,
    depth: u32,
    /// Batches of the second kind.
    inner: u32,
    a: u32,
    a0: u32,
    a1: u32,
    a_pitch: u32,
    b: u32,
    b0: u32,
    b1: u32,
    b_pitch: u32,
    out: u32,
    out0: u32,
    out1: u32,
    out_pitch: u32,
}

/// Copies a tile into a stage. `across` is the first row or column of the tile, `limit` one past the last of the matrix.
#[cube]
fn copy_tile<E: Float, N: Size>(
    source: &Array<Vector<E, N>>,
    stage: &mut SharedMemory<Vector<E, N>>,
    slot: u32,
    base: u32,
    pitch: u32,
    across: u32,
    limit: u32,
    from: u32,
    depth: u32,
    #[comptime] tiling: Tiling,
    #[comptime] operand: usize,
) {
    let size = comptime!(tiling.vectors[operand]);
    let wide = comptime!(if operand == 0 { tiling.rows } else { tiling.columns });
    let along_depth = comptime!(tiling.along_depth[operand]);
    let in_row = comptime!((if along_depth { tiling.depth } else { wide }) / size);
    let rows = comptime!(if along_depth { wide } else { tiling.depth });
    let units = comptime!(tiling.units());
    let turns = comptime!((in_row * rows).div_ceil(units));
    let gap_row = comptime!(tiling.pitch(operand));
    let start = comptime!(tiling.stage(operand)) * slot;
    let unit = UNIT_POS_Y * 32 + UNIT_POS_X;
    #[unroll]
    for turn in 0..turns {
        let chunk = unit + turn * units;
        let row = chunk / in_row;
        let column = (chunk % in_row) * size;
        if comptime!(in_row * rows % units == 0) || row < rows {
            let (mut y, mut x) = (from + row, across + column);
            let (mut y_end, mut x_end) = (depth, limit);
            if comptime!(along_depth) {
                y = across + row;
                x = from + column;
                y_end = limit;
                x_end = depth;
            }
            let inside = y < y_end && x < x_end;
            let at = base + y * pitch + x;
            let to = (start + row * gap_row + column) / size;
            if comptime!(tiling.tensor_cores && size > 1) {
                let length = select(inside, 1u32, 0u32);
                let at = select(inside, at / size, 0u32);
                copy_async_checked(
                    &source.slice(at as usize, (at + length) as usize),
                    &mut stage.slice_mut(to as usize, (to + 1) as usize),
                    size,
                );
            } else {
                let mut value = Vector::<E, N>::new(E::from_int(0));
                if inside {
                    value = source[(at / size) as usize];
                }
                stage[to as usize] = value;
            }
        }
    }
}

/// `out = scale a b`. Cubes: columns, rows, batches.
#[cube(launch)]
pub fn gemm<E: Float, T: Float, O: Float, NA: Size, NB: Size, NO: Size>(
    a: &Array<Vector<E, NA>>,
    b: &Array<Vector<E, NB>>,
    out: &mut Array<Vector<O, NO>>,
    sizes: Sizes,
    #[comptime] tiling: Tiling,
    #[define(E, T, O)] _formats: [StorageType; 3],
) {
    let first_row = CUBE_POS_Y * tiling.rows;
    let first_column = CUBE_POS_X * tiling.columns;
    let (outer, inner) = (CUBE_POS_Z / sizes.inner, CUBE_POS_Z % sizes.inner);
    let a_base = sizes.a + outer * sizes.a0 + inner * sizes.a1;
    let b_base = sizes.b + outer * sizes.b0 + inner * sizes.b1;
    let out_base = sizes.out + outer * sizes.out0 + inner * sizes.out1;

    let a_numbers = comptime!((tiling.stages * tiling.stage(0) / tiling.vectors[0]) as usize);
    let b_numbers = comptime!((tiling.stages * tiling.stage(1) / tiling.vectors[1]) as usize);
    let mut a_stages = SharedMemory::<Vector<E, NA>>::new_aligned(a_numbers, 16usize);
    let mut b_stages = SharedMemory::<Vector<E, NB>>::new_aligned(b_numbers, 16usize);

    let plane = UNIT_POS_Y;
    let lane = UNIT_POS_X;
    let plane_rows = comptime!(tiling.of_plane()[0]);
    let plane_columns = comptime!(tiling.of_plane()[1]);
    let row_of_plane = plane / tiling.planes[1] * plane_rows;
    let column_of_plane = plane % tiling.planes[1] * plane_columns;

    // 16 × 8 results of a plane are four numbers of each unit: rows lane / 4 and lane / 4 + 8, columns 2 (lane % 4) + 0, 1.
    let row_tiles = comptime!(plane_rows / 16);
    let column_tiles = comptime!(plane_columns / 8);
    let mut sums = Sequence::<Array<Vector<f32, Const<2>>>>::new();
    #[unroll]
    for _tile in 0..row_tiles * column_tiles {
        let mut four = Array::<Vector<f32, Const<2>>>::new(2usize);
        four[0] = Vector::new(0.0f32);
        four[1] = Vector::new(0.0f32);
        sums.push(four);
    }

    let turns = sizes.depth.div_ceil(tiling.depth);
    let mut arrived = Sequence::<Shared<Barrier>>::new();
    #[unroll]
    for _stage in 0..tiling.stages {
        if comptime!(tiling.tensor_cores) {
            arrived.push(Barrier::shared(CUBE_DIM, UNIT_POS == 0));
        }
    }
    let operands = Operands { a_base, b_base, first_row, first_column };
    #[unroll]
    for stage in 0..comptime!(tiling.stages - 1) {
        if stage < turns {
            copy::<E, NA, NB>(a, b, &mut a_stages, &mut b_stages, stage, stage, operands, sizes, tiling);
            if comptime!(tiling.tensor_cores) {
                let barrier = arrived.index(comptime!(stage as usize));
                barrier.commit_copy_async();
                barrier.arrive();
            }
        }
    }
    let mut round = 0u32;
    while round * tiling.stages < turns {
        #[unroll]
        for slot in 0..tiling.stages {
            let turn = round * tiling.stages + slot;
            if turn < turns {
                if comptime!(tiling.tensor_cores) {
                    arrived.index(comptime!(slot as usize)).wait_parity(round % 2);
                }
                // Nobody still reads the slot that is filled next.
                sync_cube();
                let next = turn + comptime!(tiling.stages - 1);
                if next < turns {
                    let free = comptime!((slot + tiling.stages - 1) % tiling.stages);
                    copy::<E, NA, NB>(a, b, &mut a_stages, &mut b_stages, free, next, operands, sizes, tiling);
                    if comptime!(tiling.tensor_cores) {
                        let barrier = arrived.index(comptime!(free as usize));
                        barrier.commit_copy_async();
                        barrier.arrive();
                    }
                }
                if comptime!(tiling.tensor_cores && tiling.half) {
                    multiply_half::<E, T, NA, NB>(
                        &a_stages,
                        &b_stages,
                        &mut sums,
                        slot,
                        row_of_plane,
                        column_of_plane,
                        lane,
                        tiling,
                    );
                } else if comptime!(tiling.tensor_cores) {
                    multiply_full::<E, T, NA, NB>(
                        &a_stages,
                        &b_stages,
                        &mut sums,
                        slot,
                        row_of_plane,
                        column_of_plane,
                        lane,
                        tiling,
                    );
                } else {
                    multiply_plain::<E, NA, NB>(
                        &a_stages,
                        &b_stages,
                        &mut sums,
                        slot,
                        row_of_plane,
                        column_of_plane,
                        lane,
                        tiling,
                    );
                }
            }
        }
        round += 1;
    }

    #[unroll]
    for i in 0..row_tiles {
        #[unroll]
        for j in 0..column_tiles {
            let four = sums.index(comptime!((i * column_tiles + j) as usize));
            let column = first_column + column_of_plane + j * 8 + (lane % 4) * 2;
            #[unroll]
            for half in 0..2u32 {
                let row = first_row + row_of_plane + i * 16 + half * 8 + lane / 4;
                let pair = four[half as usize];
                let at = out_base + row * sizes.out_pitch + column;
                if comptime!(tiling.written == 2) {
                    if row < sizes.rows && column < sizes.columns {
                        let mut value = Vector::<O, NO>::empty();
                        value[0] = O::cast_from(pair[0]);
                        value[1] = O::cast_from(pair[1]);
                        out[(at / 2) as usize] = value;
                    }
                } else {
                    if row < sizes.rows && column < sizes.columns {
                        out[at as usize] = Vector::new(O::cast_from(pair[0]));
                    }
                    if row < sizes.rows && column + 1 < sizes.columns {
                        out[(at + 1) as usize] = Vector::new(O::cast_from(pair[1]));
                    }
                }
            }
        }
    }
}

/// Where a cube's tiles begin.
#[derive(CubeType, Clone, Copy)]
struct Operands {
    a_base: u32,
    b_base: u32,
    first_row: u32,
    first_column: u32,
}

/// Copies both tiles of a turn into a slot.
#[cube]
fn copy<E: Float, NA: Size, NB: Size>(
    a: &Array<Vector<E, NA>>,
    b: &Array<Vector<E, NB>>,
    a_stages: &mut SharedMemory<Vector<E, NA>>,
    b_stages: &mut SharedMemory<Vector<E, NB>>,
    slot: u32,
    turn: u32,
    operands: Operands,
    sizes: Sizes,
    #[comptime] tiling: Tiling,
) {
    let from = turn * tiling.depth;
    let (base, across) = (operands.a_base, operands.first_row);
    copy_tile::<E, NA>(a, a_stages, slot, base, sizes.a_pitch, across, sizes.rows, from, sizes.depth, tiling, 0usize);
    let (base, across) = (operands.b_base, operands.first_column);
    copy_tile::<E, NB>(
        b,
        b_stages,
        slot,
        base,
        sizes.b_pitch,
        across,
        sizes.columns,
        from,
        sizes.depth,
        tiling,
        1usize,
    );
}

/// The parts of both tiles that a plane multiplies in one step of depth 16.
#[derive(CubeType)]
struct Parts<E: Float> {
    a: Sequence<Array<Vector<E, Const<2>>>>,
    b: Sequence<Array<Vector<E, Const<2>>>>,
}

/// `ldmatrix` hands out 8 × 8 blocks, turned where they stand the other way.
#[cube]
fn load_half<E: Float, T: Float, NA: Size, NB: Size>(
    a: &SharedMemory<Vector<E, NA>>,
    b: &SharedMemory<Vector<E, NB>>,
    a_start: u32,
    b_start: u32,
    lane: u32,
    #[comptime] step: u32,
    #[comptime] tiling: Tiling,
) -> Parts<E> {
    let definition = MmaDefinition::<T, T, f32>::new(16usize, 8usize, 16usize);
    let a_pitch = comptime!(tiling.pitch(0));
    let b_pitch = comptime!(tiling.pitch(1));
    let block = lane / 8;
    let in_block = lane % 8;
    let mut a_parts = Sequence::<Array<Vector<E, Const<2>>>>::new();
    #[unroll]
    for i in 0..comptime!(tiling.of_plane()[0] / 16) {
        // Blocks in the order of the registers: rows 0 and 8, then depth 8.
        let mut at = a_start;
        if comptime!(tiling.along_depth[0]) {
            at += (i * 16 + (block % 2) * 8 + in_block) * a_pitch + step * 16 + (block / 2) * 8;
        } else {
            at += (step * 16 + (block / 2) * 8 + in_block) * a_pitch + i * 16 + (block % 2) * 8;
        }
        let at = at / comptime!(tiling.vectors[0]);
        let line = a.slice(at as usize, (at + 1) as usize);
        let turned = comptime!(!tiling.along_depth[0]);
        let part = definition.load_matrix::<Vector<E, NA>, Const<2>>(&line, cubecl::ir::MatrixIdent::A, 4usize, turned);
        a_parts.push(part);
    }
    let mut b_parts = Sequence::<Array<Vector<E, Const<2>>>>::new();
    #[unroll]
    for pair in 0..comptime!(tiling.of_plane()[1] / 16) {
        // Two tiles of 8 columns: depth 0 and 8 of the first, then of the second.
        let mut at = b_start;
        if comptime!(tiling.along_depth[1]) {
            at += (pair * 16 + (block / 2) * 8 + in_block) * b_pitch + step * 16 + (block % 2) * 8;
        } else {
            at += (step * 16 + (block % 2) * 8 + in_block) * b_pitch + pair * 16 + (block / 2) * 8;
        }
        let at = at / comptime!(tiling.vectors[1]);
        let line = b.slice(at as usize, (at + 1) as usize);
        let turned = comptime!(!tiling.along_depth[1]);
        let part = definition.load_matrix::<Vector<E, NB>, Const<2>>(&line, cubecl::ir::MatrixIdent::B, 4usize, turned);
        b_parts.push(part);
    }
    Parts::<E> { a: a_parts, b: b_parts }
}

/// 16-bit numbers. The parts of the next step are on their way while those of the last are multiplied: the compiler keeps
/// the order that stands here.
#[cube]
fn multiply_half<E: Float, T: Float, NA: Size, NB: Size>(
    a: &SharedMemory<Vector<E, NA>>,
    b: &SharedMemory<Vector<E, NB>>,
    sums: &mut Sequence<Array<Vector<f32, Const<2>>>>,
    slot: u32,
    row_of_plane: u32,
    column_of_plane: u32,
    lane: u32,
    #[comptime] tiling: Tiling,
) {
    let mut a_start = slot * comptime!(tiling.stage(0));
    if comptime!(tiling.along_depth[0]) {
        a_start += row_of_plane * comptime!(tiling.pitch(0));
    } else {
        a_start += row_of_plane;
    }
    let mut b_start = slot * comptime!(tiling.stage(1));
    if comptime!(tiling.along_depth[1]) {
        b_start += column_of_plane * comptime!(tiling.pitch(1));
    } else {
        b_start += column_of_plane;
    }
    let steps = comptime!(tiling.depth / 16);
    let mut parts = Sequence::<Parts<E>>::new();
    parts.push(load_half::<E, T, NA, NB>(a, b, a_start, b_start, lane, 0u32, tiling));
    #[unroll]
    for step in 0..steps {
        if comptime!(step + 1 < steps) {
            let next = comptime!(step + 1);
            parts.push(load_half::<E, T, NA, NB>(a, b, a_start, b_start, lane, next, tiling));
        }
        multiply_parts::<E, T>(parts.index(comptime!(step as usize)), sums, tiling);
    }
}

#[cube]
fn multiply_parts<E: Float, T: Float>(
    parts: &Parts<E>,
    sums: &mut Sequence<Array<Vector<f32, Const<2>>>>,
    #[comptime] tiling: Tiling,
) {
    let definition = MmaDefinition::<T, T, f32>::new(16usize, 8usize, 16usize);
    let row_tiles = comptime!(tiling.of_plane()[0] / 16);
    let column_tiles = comptime!(tiling.of_plane()[1] / 8);
    #[unroll]
    for j in 0..column_tiles {
        let both = parts.b.index(comptime!((j / 2) as usize));
        let mut b_part = Array::<Vector<T, Const<2>>>::new(2usize);
        b_part[0] = Vector::cast_from(both[comptime!((j % 2 * 2) as usize)]);
        b_part[1] = Vector::cast_from(both[comptime!((j % 2 * 2 + 1) as usize)]);
        #[unroll]
        for i in 0..row_tiles {
            let loaded = parts.a.index(comptime!(i as usize));
            let mut a_part = Array::<Vector<T, Const<2>>>::new(4usize);
            #[unroll]
            for r in 0..4u32 {
                a_part[r as usize] = Vector::cast_from(loaded[r as usize]);
            }
            let tile = comptime!((i * column_tiles + j) as usize);
            definition.execute_inplace(&a_part, &b_part, sums.index_mut(tile));
        }
    }
}

/// 32-bit numbers, rounded to TF32: every unit fetches its own.
#[cube]
fn multiply_full<E: Float, T: Float, NA: Size, NB: Size>(
    a: &SharedMemory<Vector<E, NA>>,
    b: &SharedMemory<Vector<E, NB>>,
    sums: &mut Sequence<Array<Vector<f32, Const<2>>>>,
    slot: u32,
    row_of_plane: u32,
    column_of_plane: u32,
    lane: u32,
    #[comptime] tiling: Tiling,
) {
    let definition = MmaDefinition::<T, T, f32>::new(16usize, 8usize, 8usize);
    let row_tiles = comptime!(tiling.of_plane()[0] / 16);
    let column_tiles = comptime!(tiling.of_plane()[1] / 8);
    let a_start = slot * comptime!(tiling.stage(0));
    let b_start = slot * comptime!(tiling.stage(1));
    let a_pitch = comptime!(tiling.pitch(0));
    let b_pitch = comptime!(tiling.pitch(1));
    let a = a.to_slice().with_vector_size::<Const<1>>();
    let b = b.to_slice().with_vector_size::<Const<1>>();
    let group = lane / 4;
    let third = lane % 4;
    #[unroll]
    for step in 0..comptime!(tiling.depth / 8) {
        let mut a_parts = Sequence::<Array<Vector<T, Const<1>>>>::new();
        #[unroll]
        for i in 0..row_tiles {
            let mut part = Array::<Vector<T, Const<1>>>::new(4usize);
            #[unroll]
            for r in 0..4u32 {
                let row = row_of_plane + i * 16 + (r % 2) * 8 + group;
                let depth = step * 8 + (r / 2) * 4 + third;
                let mut at = a_start;
                if comptime!(tiling.along_depth[0]) {
                    at += row * a_pitch + depth;
                } else {
                    at += depth * a_pitch + row;
                }
                part[r as usize] = rounded::<E, T>(a[at as usize][0]);
            }
            a_parts.push(part);
        }
        #[unroll]
        for j in 0..column_tiles {
            let mut part = Array::<Vector<T, Const<1>>>::new(2usize);
            #[unroll]
            for r in 0..2u32 {
                let column = column_of_plane + j * 8 + group;
                let depth = step * 8 + r * 4 + third;
                let mut at = b_start;
                if comptime!(tiling.along_depth[1]) {
                    at += column * b_pitch + depth;
                } else {
                    at += depth * b_pitch + column;
                }
                part[r as usize] = rounded::<E, T>(b[at as usize][0]);
            }
            #[unroll]
            for i in 0..row_tiles {
                let tile = comptime!((i * column_tiles + j) as usize);
                definition.execute_inplace(a_parts.index(comptime!(i as usize)), &part, sums.index_mut(tile));
            }
        }
    }
}

/// To the nearest TF32: half a unit of the last of its 11 bits is added, and tensor cores do not read what is below.
#[cube]
fn rounded<E: Float, T: Float>(x: E) -> Vector<T, Const<1>> {
    let bits = u32::reinterpret(x) + 0x1000u32;
    Vector::new(T::reinterpret(bits))
}

/// Without tensor cores, number after number: for devices that have none.
#[cube]
fn multiply_plain<E: Float, NA: Size, NB: Size>(
    a: &SharedMemory<Vector<E, NA>>,
    b: &SharedMemory<Vector<E, NB>>,
    sums: &mut Sequence<Array<Vector<f32, Const<2>>>>,
    slot: u32,
    row_of_plane: u32,
    column_of_plane: u32,
    lane: u32,
    #[comptime] tiling: Tiling,
) {
    let row_tiles = comptime!(tiling.of_plane()[0] / 16);
    let column_tiles = comptime!(tiling.of_plane()[1] / 8);
    let a_start = slot * comptime!(tiling.stage(0));
    let b_start = slot * comptime!(tiling.stage(1));
    let a_pitch = comptime!(tiling.pitch(0));
    let b_pitch = comptime!(tiling.pitch(1));
    let a = a.to_slice().with_vector_size::<Const<1>>();
    let b = b.to_slice().with_vector_size::<Const<1>>();
    for depth in 0..tiling.depth {
        #[unroll]
        for i in 0..row_tiles {
            #[unroll]
            for j in 0..column_tiles {
                #[unroll]
                for half in 0..2u32 {
                    let row = row_of_plane + i * 16 + half * 8 + lane / 4;
                    let mut a_at = a_start + row * a_pitch + depth;
                    if comptime!(!tiling.along_depth[0]) {
                        a_at = a_start + depth * a_pitch + row;
                    }
                    let x = f32::cast_from(a[a_at as usize][0]);
                    let mut pair = sums.index(comptime!((i * column_tiles + j) as usize))[half as usize];
                    #[unroll]
                    for k in 0..2u32 {
                        let column = column_of_plane + j * 8 + (lane % 4) * 2 + k;
                        let mut b_at = b_start + column * b_pitch + depth;
                        if comptime!(!tiling.along_depth[1]) {
                            b_at = b_start + depth * b_pitch + column;
                        }
                        pair[k as usize] += x * f32::cast_from(b[b_at as usize][0]);
                    }
                    sums.index_mut(comptime!((i * column_tiles + j) as usize))[half as usize] = pair;
                }
            }
        }
    }
}
