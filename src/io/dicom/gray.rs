//! What a file says of its gray values: rescaling, lookup tables, windows, padding. Not for applying windows
//! (`domain::window`).

use super::form::Form;
use super::tags;
use super::values::View;
use crate::domain::scan::{FileWindow, Plane, Rescale, Samples, ShadeTable, WindowFunction};

/// The gray values of one frame, as its file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gray {
    /// From stored to measured values.
    pub rescale: Rescale,
    /// From stored to measured values, where a table does it.
    pub modality: Option<Lut>,
    /// The windows.
    pub windows: Vec<FileWindow>,
    /// The tables that stand for windows.
    pub tables: Vec<ShadeTable>,
    /// Stored values that stand for nothing.
    pub padding: Option<[f32; 2]>,
}

/// A lookup table.
#[derive(Clone, Debug, PartialEq)]
pub struct Lut {
    /// The first value that it maps; below it the first entry counts, beyond its end the last.
    pub first: i64,
    /// What it maps to.
    pub entries: Vec<u16>,
    /// Bits of an entry.
    pub bits: u32,
    /// The file's own word for it.
    pub name: String,
}

impl Lut {
    /// Reads the table in the item `view` of a LUT sequence.
    ///
    /// *Source*: PS3.3 C.11.1.1.1.
    fn read(view: View<'_>, is_signed: bool) -> Option<Self> {
        let numbers = view.numbers(tags::LUT_DESCRIPTOR);
        let [count, first, bits] = *numbers.as_slice() else { return None };
        let count = if count == 0.0 { 1 << 16 } else { count as usize };
        // The second value is as signed as what it maps, whatever representation it is written in.
        let word = first as i64;
        let first = if is_signed { i64::from((word as u16).cast_signed()) } else { word & 0xFFFF };
        let values = view.numbers(tags::LUT_DATA);
        let entries: Vec<u16> = values.into_iter().take(count).map(|v| v as i64 as u16).collect();
        let bits = (bits as u32).clamp(8, 16);
        let name = view.text(tags::LUT_EXPLANATION).unwrap_or_default();
        (entries.len() == count && count > 0).then_some(Self { first, entries, bits, name })
    }

    /// The entry for `value`.
    pub fn get(&self, value: i64) -> u16 {
        let index = (value - self.first).clamp(0, self.entries.len() as i64 - 1);
        self.entries[index as usize]
    }
}

impl Gray {
    /// Reads what holds for one frame: each of `groups` (the frame's own, then the shared ones), then the file's root.
    pub fn read(root: View<'_>, groups: &[View<'_>], form: &Form) -> Self {
        let within = |sequence| groups.iter().filter_map(move |group| group.item(sequence));
        let transformed = within(tags::PIXEL_VALUE_TRANSFORMATION).next().unwrap_or(root);
        let slope = transformed.number(tags::RESCALE_SLOPE).filter(|&slope| slope != 0.0);
        let rescale = Rescale {
            slope: slope.unwrap_or(1.0),
            intercept: transformed.number(tags::RESCALE_INTERCEPT).unwrap_or(0.0),
        };
        let modality = root.item(tags::MODALITY_LUT).and_then(|item| Lut::read(item, form.is_signed));
        let voi = within(tags::FRAME_VOI).next().unwrap_or(root);
        let is_measured_signed = form.is_signed || rescale.intercept < 0.0 || rescale.slope < 0.0;
        let tables = voi.items(tags::VOI_LUT).filter_map(|item| Lut::read(item, is_measured_signed));
        let tables = tables.map(shade_table).collect();
        Self { rescale, modality, windows: windows(voi), tables, padding: padding(root, form) }
    }

    /// Applies the modality table, after which values are measured ones.
    ///
    /// *Source*: PS3.3 C.11.1.
    pub fn apply_modality(&mut self, plane: &mut Plane) {
        let Some(lut) = self.modality.take() else { return };
        let mapped = |v: f32| lut.get(v as i64);
        plane.samples = Samples::U16((0..plane.samples.len()).map(|i| mapped(plane.samples.get(i))).collect());
        (self.rescale, self.padding) = (Rescale::default(), None);
    }
}

/// A VOI table in shares of its own depth: entries of 12 bits reach white at 4095 (PS3.3 C.11.2.1.1).
fn shade_table(lut: Lut) -> ShadeTable {
    // Some writers claim 16 bits for entries that reach 12: the largest entry then says more than the descriptor.
    let most = lut.entries.iter().copied().max().unwrap_or(1).max(1);
    let claimed = ((1u32 << lut.bits) - 1) as f32;
    let full = if f32::from(most) * 16.0 <= claimed { f32::from(most) } else { claimed };
    let shades = lut.entries.iter().map(|&entry| (f32::from(entry) / full).min(1.0)).collect();
    ShadeTable { name: lut.name, first: lut.first as f64, shades }
}

/// The windows, as many as have both a center and a width.
///
/// *Source*: PS3.3 C.11.2.1.2 and C.11.2.1.3.
fn windows(view: View<'_>) -> Vec<FileWindow> {
    let (centers, widths) = (view.numbers(tags::WINDOW_CENTER), view.numbers(tags::WINDOW_WIDTH));
    let names = view.texts(tags::WINDOW_NAME);
    let function = match view.text(tags::VOI_FUNCTION).as_deref() {
        Some("LINEAR_EXACT") => WindowFunction::LinearExact,
        Some("SIGMOID") => WindowFunction::Sigmoid,
        _ => WindowFunction::Linear,
    };
    // LINEAR needs a width of 1 at least, the others more than 0.
    let is_width = |width: f64| if function == WindowFunction::Linear { width >= 1.0 } else { width > 0.0 };
    let pairs = centers.into_iter().zip(widths).enumerate();
    pairs
        .filter(|&(_, (center, width))| center.is_finite() && width.is_finite() && is_width(width))
        .map(|(index, (center, width))| FileWindow {
            name: names.get(index).cloned().unwrap_or_default(),
            center,
            width,
            function,
        })
        .collect()
}

/// *Source*: PS3.3 C.7.5.1.1.2.
fn padding(root: View<'_>, form: &Form) -> Option<[f32; 2]> {
    let stored = |tag| {
        let value = root.number(tag)?;
        // Written as US though the pixels are signed, by many.
        Some(if form.is_signed { f32::from((value as i64 as u16).cast_signed()) } else { value as f32 })
    };
    let first = stored(tags::PIXEL_PADDING)?;
    let last = stored(tags::PIXEL_PADDING_LIMIT).unwrap_or(first);
    Some([first.min(last), first.max(last)])
}
