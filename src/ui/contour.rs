//! Outlines of a mask along its pixel edges, as closed polylines. Not for drawing them (`overlay`).

use std::collections::BTreeMap;

use crate::domain::mask::Mask;

/// One closed outline: pixel corners as `(col, row)`, the first not repeated at the end, no three in a line.
pub type Loop = Vec<(u32, u32)>;

/// Steps of an outline, inside on the right hand: east, south, west, north.
const STEPS: [(i64, i64); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// All outlines of `mask`: outer edges clockwise as seen on screen, holes counterclockwise. Pixels that touch only at
/// a corner are apart.
pub fn outlines(mask: &Mask) -> Vec<Loop> {
    let mut starts = edges(mask);
    let mut loops = Vec::new();
    while let Some((&start, _)) = starts.first_key_value() {
        loops.push(follow(&mut starts, start));
    }
    loops
}

/// Every edge between inside and outside, by the corner where it starts, as a set of directions (one bit each).
fn edges(mask: &Mask) -> BTreeMap<(u32, u32), u8> {
    let mut starts: BTreeMap<(u32, u32), u8> = BTreeMap::new();
    let mut add = |col: usize, row: usize, direction: usize| {
        *starts.entry((col as u32, row as u32)).or_default() |= 1 << direction;
    };
    for row in 0..mask.rows {
        for col in (0..mask.cols).filter(|&col| mask.get(row, col)) {
            if row == 0 || !mask.get(row - 1, col) {
                add(col, row, 0);
            }
            if !mask.get(row, col + 1) {
                add(col + 1, row, 1);
            }
            if !mask.get(row + 1, col) {
                add(col + 1, row + 1, 2);
            }
            if col == 0 || !mask.get(row, col - 1) {
                add(col, row + 1, 3);
            }
        }
    }
    starts
}

fn follow(starts: &mut BTreeMap<(u32, u32), u8>, start: (u32, u32)) -> Loop {
    let mut corners = Loop::new();
    let mut at = start;
    let mut last: Option<usize> = None;
    while let Some(&open) = starts.get(&at) {
        // At a corner where two pixels touch, the right turn stays with the pixel that is being walked around.
        let order = last.map_or([0, 1, 2, 3], |d| [(d + 1) % 4, d, (d + 3) % 4, (d + 2) % 4]);
        let Some(direction) = order.into_iter().find(|d| open & (1 << d) != 0) else { break };
        if last != Some(direction) {
            corners.push(at);
        }
        let left = open & !(1 << direction);
        if left == 0 {
            starts.remove(&at);
        } else {
            starts.insert(at, left);
        }
        let (dx, dy) = STEPS[direction];
        at = ((i64::from(at.0) + dx) as u32, (i64::from(at.1) + dy) as u32);
        last = Some(direction);
        if at == start {
            break;
        }
    }
    corners
}
