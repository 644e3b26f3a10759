//! The three linear maps of F(4×4, 3×3): kernels, input tiles and output tiles. Not for the products between them
//! (`product`) nor for what runs when (`winograd`).
//!
//! *Source*: Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks", section 4; the points are 0, ±1, ±2
//! and infinity.

use std::mem::MaybeUninit;

use super::super::super::memory::{Shared, at_least};
use super::super::super::vectorized::vectorized;
use super::super::geometry::Geometry;

/// Output pixels of a tile's side.
pub(super) const TILE: usize = 4;
/// Values of a transformed tile's side.
pub(super) const SIDE: usize = 6;
/// Values of a transformed tile.
pub(super) const VALUES: usize = SIDE * SIDE;

/// Kernels that are transformed together: as many as the widest block of outputs.
pub(super) const KERNELS: usize = 8;
/// Taps of a kernel.
pub(super) const TAPS: usize = 9;

/// One value of each of the kernels that are transformed together; in f64, so that its rounding adds nothing.
pub(super) type Lanes = [f64; KERNELS];

vectorized! {
    /// `G · kernel · Gᵀ` of 3×3 kernels, lane by lane.
    pub(super) fn of_kernels(kernels: &[Lanes; TAPS], result: &mut [[f32; KERNELS]; VALUES]) {
        let mut columns = [[[0f64; KERNELS]; 3]; SIDE];
        for x in 0..3 {
            let six = combine_kernels(&kernels[x], &kernels[3 + x], &kernels[6 + x]);
            for (row, value) in columns.iter_mut().zip(six) {
                row[x] = value;
            }
        }
        for (row, target) in columns.iter().zip(result.chunks_exact_mut(SIDE)) {
            for (values, six) in target.iter_mut().zip(combine_kernels(&row[0], &row[1], &row[2])) {
                *values = six.map(|value| value as f32);
            }
        }
    }
}

#[inline(always)]
fn combine_kernels(a: &Lanes, b: &Lanes, c: &Lanes) -> [Lanes; SIDE] {
    let mut six = [[0f64; KERNELS]; SIDE];
    for lane in 0..KERNELS {
        let (a, b, c) = (a[lane], b[lane], c[lane]);
        let (even, odd) = ((a + c) / 6.0, b / 6.0);
        let (far_even, far_odd) = (a / 24.0 + c / 6.0, b / 12.0);
        six[0][lane] = a / 4.0;
        six[1][lane] = -even - odd;
        six[2][lane] = odd - even;
        six[3][lane] = far_even + far_odd;
        six[4][lane] = far_even - far_odd;
        six[5][lane] = c;
    }
    six
}

/// Room that [`input_row`] needs, for `cols` tiles a row.
pub(super) fn input_scratch(cols: usize) -> usize {
    2 * SIDE * TILE * (cols + 1)
}

/// Transforms one row of tiles of one channel: value `k` of tile `j` goes to `target[k · value_stride + j]`.
///
/// # Safety
/// `target` holds `VALUES` lines of `cols` values `value_stride` apart, which nobody else touches.
#[allow(unsafe_code)]
pub(super) unsafe fn input_row(
    geometry: &Geometry,
    plane: &[f32],
    tile_row: usize,
    cols: usize,
    scratch: &mut [f32],
    target: Shared,
    value_stride: usize,
) {
    let line = cols + 1;
    let (spread_rows, rest) = scratch.split_at_mut(SIDE * TILE * line);
    let combined = &mut rest[..SIDE * TILE * line];
    for (row, phases) in spread_rows.chunks_exact_mut(TILE * line).enumerate() {
        // The first row of a tile's window lies one above the tile.
        match (tile_row * TILE + row).checked_sub(1).filter(|&y| y < geometry.height) {
            Some(y) => spread(&plane[y * geometry.width..][..geometry.width], phases, line),
            None => phases.fill(0.0),
        }
    }
    let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|row| &spread_rows[row * TILE * line..][..TILE * line]);
    let mut rows = combined.chunks_exact_mut(TILE * line);
    if let (Some(o0), Some(o1), Some(o2), Some(o3), Some(o4), Some(o5)) =
        (rows.next(), rows.next(), rows.next(), rows.next(), rows.next(), rows.next())
    {
        six(a, b, c, d, e, f, uninit(o0), uninit(o1), uninit(o2), uninit(o3), uninit(o4), uninit(o5));
    }
    for (row, phases) in combined.chunks_exact(TILE * line).enumerate() {
        let phase = |index: usize, shift: usize| &phases[index * line + shift..][..cols];
        let place = |column: usize| {
            let start = (row * SIDE + column) * value_stride;
            // SAFETY: the caller's promise; the six lines are disjoint.
            unsafe { target.slice(start..start + cols) }
        };
        let [o0, o1, o2, o3, o4, o5] = [place(0), place(1), place(2), place(3), place(4), place(5)];
        six(phase(0, 0), phase(1, 0), phase(2, 0), phase(3, 0), phase(0, 1), phase(1, 1), o0, o1, o2, o3, o4, o5);
    }
}

/// Room that [`output_row`] needs, for `cols` tiles a row.
pub(super) fn output_scratch(cols: usize) -> usize {
    (TILE * SIDE + 2 * TILE) * cols
}

/// Where one row of output tiles comes from and goes to.
pub(super) struct OutputRow {
    /// First of `cols` tiles of value 0.
    pub source: *const f32,
    /// From one value to the next.
    pub value_stride: usize,
    /// Tiles.
    pub cols: usize,
    /// First row of the picture that the tiles cover.
    pub first_y: usize,
    /// Added to every pixel.
    pub bias: f32,
    /// The smallest value that stays: 0 for a ReLU.
    pub floor: f32,
}

/// Transforms one row of tiles of one output channel and writes what lies within the picture to `plane`.
///
/// # Safety
/// `row.source` holds `VALUES` written lines of `cols` values; `plane` is the channel's, and nobody else touches its rows.
#[allow(unsafe_code)]
pub(super) unsafe fn output_row(geometry: &Geometry, row: &OutputRow, scratch: &mut [f32], plane: Shared) {
    let cols = row.cols;
    // SAFETY: the caller's promise.
    let value = |index: usize| unsafe { std::slice::from_raw_parts(row.source.add(index * row.value_stride), cols) };
    let (rows, rest) = scratch.split_at_mut(TILE * SIDE * cols);
    let (phases, line) = rest.split_at_mut(TILE * cols);
    let line = &mut line[..TILE * cols];
    for column in 0..SIDE {
        let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|y| value(y * SIDE + column));
        let mut outs = rows.chunks_exact_mut(SIDE * cols).map(|part| &mut part[column * cols..][..cols]);
        if let (Some(o0), Some(o1), Some(o2), Some(o3)) = (outs.next(), outs.next(), outs.next(), outs.next()) {
            four(a, b, c, d, e, f, o0, o1, o2, o3);
        }
    }
    for (y, sums) in rows.chunks_exact(SIDE * cols).enumerate().take(geometry.out_height - row.first_y) {
        let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|column| &sums[column * cols..][..cols]);
        let mut outs = phases.chunks_exact_mut(cols);
        if let (Some(o0), Some(o1), Some(o2), Some(o3)) = (outs.next(), outs.next(), outs.next(), outs.next()) {
            four(a, b, c, d, e, f, o0, o1, o2, o3);
        }
        let start = (row.first_y + y) * geometry.out_width;
        // SAFETY: the caller's promise.
        let target = unsafe { plane.slice(start..start + geometry.out_width) };
        let [p0, p1, p2, p3] = [0, 1, 2, 3].map(|phase| &phases[phase * cols..][..cols]);
        if target.len() == line.len() {
            weave(p0, p1, p2, p3, row.bias, row.floor, target);
        } else {
            weave(p0, p1, p2, p3, row.bias, row.floor, uninit(line));
            target.write_copy_of_slice(&line[..target.len()]);
        }
    }
}

/// Initialized memory, seen as memory that need not be.
#[allow(unsafe_code)]
fn uninit(values: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: same layout; only initialized values are ever written through it.
    unsafe { &mut *(std::ptr::from_mut(values) as *mut [MaybeUninit<f32>]) }
}

vectorized! {
    /// One picture row, a zero in front and zeros behind, as four lines: every fourth value from 0, 1, 2 and 3 on.
    fn spread(row: &[f32], phases: &mut [f32], line: usize) {
        let (first, rest) = phases.split_at_mut(line);
        let (second, rest) = rest.split_at_mut(line);
        let (third, fourth) = rest.split_at_mut(line);
        first[0] = 0.0;
        let whole = row.len() / 4;
        let lines = first[1..].iter_mut().zip(second.iter_mut()).zip(third.iter_mut().zip(fourth.iter_mut()));
        for (((d, a), (b, c)), four) in lines.zip(row.chunks_exact(4)) {
            (*a, *b, *c, *d) = (four[0], four[1], four[2], four[3]);
        }
        let left = &row[4 * whole..];
        for (index, target) in [&mut *second, &mut *third, &mut *fourth].into_iter().enumerate() {
            target[whole..].fill(0.0);
            if let Some(&value) = left.get(index) {
                target[whole] = value;
            }
        }
        first[whole + 1..].fill(0.0);
    }
}

vectorized! {
    /// `Bᵀ` of six values, lane by lane.
    fn six(
        a: &[f32], b: &[f32], c: &[f32], d: &[f32], e: &[f32], f: &[f32],
        o0: &mut [MaybeUninit<f32>], o1: &mut [MaybeUninit<f32>], o2: &mut [MaybeUninit<f32>],
        o3: &mut [MaybeUninit<f32>], o4: &mut [MaybeUninit<f32>], o5: &mut [MaybeUninit<f32>],
    ) {
        let len = a.len();
        let (b, c, d, e, f) = (&b[..len], &c[..len], &d[..len], &e[..len], &f[..len]);
        let (o0, o1, o2) = (&mut o0[..len], &mut o1[..len], &mut o2[..len]);
        let (o3, o4, o5) = (&mut o3[..len], &mut o4[..len], &mut o5[..len]);
        for i in 0..len {
            let (a, b, c, d, e, f) = (a[i], b[i], c[i], d[i], e[i], f[i]);
            let (near_even, near_odd) = (e - 4.0 * c, d - 4.0 * b);
            let (far_even, far_odd) = (e - c, 2.0 * (d - b));
            o0[i].write(4.0 * a - 5.0 * c + e);
            o1[i].write(near_even + near_odd);
            o2[i].write(near_even - near_odd);
            o3[i].write(far_even + far_odd);
            o4[i].write(far_even - far_odd);
            o5[i].write(4.0 * b - 5.0 * d + f);
        }
    }
}

vectorized! {
    /// `Aᵀ` of six values, lane by lane.
    fn four(
        a: &[f32], b: &[f32], c: &[f32], d: &[f32], e: &[f32], f: &[f32],
        o0: &mut [f32], o1: &mut [f32], o2: &mut [f32], o3: &mut [f32],
    ) {
        let len = a.len();
        let (b, c, d, e, f) = (&b[..len], &c[..len], &d[..len], &e[..len], &f[..len]);
        let (o0, o1, o2, o3) = (&mut o0[..len], &mut o1[..len], &mut o2[..len], &mut o3[..len]);
        for i in 0..len {
            let (near_even, near_odd) = (b[i] + c[i], b[i] - c[i]);
            let (far_even, far_odd) = (d[i] + e[i], d[i] - e[i]);
            o0[i] = a[i] + near_even + far_even;
            o1[i] = near_odd + 2.0 * far_odd;
            o2[i] = near_even + 4.0 * far_even;
            o3[i] = near_odd + 8.0 * far_odd + f[i];
        }
    }
}

vectorized! {
    /// Four lines put back into one, with bias and floor. In this order the maximum lets a NaN pass.
    fn weave(a: &[f32], b: &[f32], c: &[f32], d: &[f32], bias: f32, floor: f32, line: &mut [MaybeUninit<f32>]) {
        let lanes = a.iter().zip(b).zip(c.iter().zip(d));
        for (target, ((&a, &b), (&c, &d))) in line.chunks_exact_mut(4).zip(lanes) {
            target[0].write(at_least(floor, a + bias));
            target[1].write(at_least(floor, b + bias));
            target[2].write(at_least(floor, c + bias));
            target[3].write(at_least(floor, d + bias));
        }
    }
}
