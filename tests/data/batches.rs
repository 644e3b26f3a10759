//! Augmentation, batches and the loader. Not for the net that takes them.

use std::sync::Arc;

use glioview::domain::card::{Crop, InputSpec, Normalization};
use glioview::domain::random::Random;
use glioview::nn::input::model_input;
use glioview::train::augment::{AugmentSettings, Augmentation};
use glioview::train::batch::{Loader, Plan, epoch_order, make_batch};
use glioview::train::dataset::Dataset;
use glioview::train::split::{Part, Split};
use glioview::train::store::{DEFAULT_CEILING_BYTES, Store};

use super::{FIVE, SIDE, patient_folders, picture, shared, survey};

fn plan(order: Vec<usize>, augment: Option<AugmentSettings>) -> Plan {
    Plan { order, batch_size: 4, drop_last: false, size: 32, crop: Crop::None, augment, seed: 7, epoch: 3 }
}

#[test]
fn augmentation_moves_picture_and_mask_together_and_the_mask_stays_binary() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..1], "png");
    let store = survey(folder.path());
    let item = 1;
    let (picture, mask) = (store.picture(item).unwrap(), store.mask(item).unwrap().unwrap());
    let field = store.prepared(item).field(Crop::None, 32, 32);
    let settings = AugmentSettings { flip_up_down: 0.5, ..AugmentSettings::default() };
    let size = 64;
    let mut places = std::collections::BTreeSet::new();
    for draw in 0..40 {
        let augmentation = Augmentation::draw(&settings, &mut Random::stream(1, "test", draw));
        let image = augmentation.image(&picture, store.prepared(item), &field, size);
        let moved = augmentation.mask(&mask, &field, size);
        assert!(moved.iter().all(|&v| v == 0.0 || v == 1.0));
        let flair = &image[size * size..2 * size * size];
        let highest = flair.iter().copied().fold(f32::MIN, f32::max);
        let lowest = flair.iter().copied().fold(f32::MAX, f32::min);
        // The bright square is the highest FLAIR value: what is bright must be the mask, but for the blurred edge.
        let bright: Vec<bool> =
            flair.iter().map(|&v| v > f32::midpoint(highest, lowest) + (highest - lowest) * 0.2).collect();
        let both = bright.iter().zip(&moved).filter(|&(&b, &m)| b && m > 0.5).count() as f32;
        let sum = bright.iter().filter(|&&b| b).count() as f32 + moved.iter().sum::<f32>();
        assert!(2.0 * both / sum > 0.9, "draw {draw}: Dice {}", 2.0 * both / sum);
        places.insert(moved.iter().position(|&v| v > 0.5));
    }
    assert!(places.len() > 20, "the mask hardly moved: {places:?}");
}

#[test]
fn augmentation_that_is_off_gives_the_plain_input_of_reading() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..1], "png");
    let store = survey(folder.path());
    let picture = store.picture(1).unwrap();
    let spec = InputSpec {
        size: 32,
        channels: 3,
        normalization: Normalization::PercentileZScore,
        crop: Crop::Head,
        mirror: false,
    };
    let plain = model_input(&picture.planes, store.prepared(1), &spec).unwrap();
    let field = store.prepared(1).field(Crop::Head, 32, 32);
    let off = Augmentation::draw(&AugmentSettings::off(), &mut Random::new(1));
    let augmented = off.image(&picture, store.prepared(1), &field, 32);
    let worst = plain.iter().zip(&augmented).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // The one composed map rounds differently from the plain one.
    assert!(worst < 1e-4, "{worst}");
}

#[test]
fn a_replaced_sequence_is_exactly_flair() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..1], "png");
    let store = survey(folder.path());
    let settings = AugmentSettings { replace_t1: 1.0, replace_t1_post: 1.0, ..AugmentSettings::default() };
    let augmentation = Augmentation::draw(&settings, &mut Random::new(4));
    let field = store.prepared(1).field(Crop::None, 32, 32);
    let image = augmentation.image(&store.picture(1).unwrap(), store.prepared(1), &field, 32);
    let (t1, rest) = image.split_at(1024);
    assert_eq!(t1, &rest[..1024]);
    assert_eq!(t1, &rest[1024..]);
}

#[test]
fn the_same_seed_gives_the_same_batches_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let store = Arc::new(survey(folder.path()));
    let split = Split { seed: None, parts: vec![Part::Train; 5] };
    let order = epoch_order(&store, &split, Part::Train, 9, 0, false);
    let plan = plan(order, Some(AugmentSettings::default()));
    let alone: Vec<_> = (0..plan.batches()).map(|i| make_batch(&store, &plan, i).unwrap()).collect();
    for workers in [1, 2] {
        let loaded: Vec<_> = Loader::start(&store, plan.clone(), workers).map(Result::unwrap).collect();
        assert_eq!(loaded, alone);
    }
    assert_eq!(alone.iter().map(|b| b.labels.len()).collect::<Vec<_>>(), [4, 4, 4, 3]);
    let dropped = Plan { drop_last: true, ..plan.clone() };
    assert_eq!(Loader::start(&store, dropped, 2).count(), 3);
    let other = Plan { seed: 8, ..plan.clone() };
    assert_ne!(make_batch(&store, &other, 0).unwrap().images, alone[0].images);
    let later = Plan { epoch: 4, ..plan };
    assert_ne!(make_batch(&store, &later, 0).unwrap().images, alone[0].images);
}

#[test]
fn a_slice_is_changed_the_same_way_whatever_batch_it_lands_in() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE[..2], "png");
    let store = survey(folder.path());
    let settings = Some(AugmentSettings::default());
    let first = make_batch(&store, &plan(vec![2, 0, 1], settings), 0).unwrap();
    let second = make_batch(&store, &plan(vec![1, 2], settings), 0).unwrap();
    assert_eq!(first.images[..3 * 1024], second.images[3 * 1024..]);
}

#[test]
fn dropping_a_loader_early_ends_its_threads() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let store = Arc::new(survey(folder.path()));
    let mut loader = Loader::start(&store, plan((0..15).collect(), None), 2);
    assert!(loader.next().unwrap().is_ok());
    drop(loader);
    assert_eq!(Arc::strong_count(&store), 1);
}

#[test]
fn memory_stays_under_the_ceiling_and_the_batches_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let one_picture = 3 * (SIDE * SIDE) as usize;
    let roomy = survey(folder.path());
    let tight = Store::survey(Dataset::read(folder.path()).unwrap(), 4 * one_picture, &mut |_, _| true).unwrap();
    assert_eq!(roomy.held_bytes(), 15 * one_picture);
    assert_eq!(tight.held_bytes(), 4 * one_picture);
    let plan = plan((0..15).collect(), Some(AugmentSettings::default()));
    for index in 0..plan.batches() {
        assert_eq!(make_batch(&roomy, &plan, index).unwrap(), make_batch(&tight, &plan, index).unwrap());
    }
}

#[test]
fn a_balanced_epoch_has_all_tumor_slices_and_as_many_others() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..12u8 {
        let to = folder.path().join(if n < 3 { "yes" } else { "no" }).join(format!("{n}.png"));
        picture(&to, n * 10, None);
    }
    let store = survey(folder.path());
    let split = Split { seed: None, parts: vec![Part::Train; 12] };
    let order = epoch_order(&store, &split, Part::Train, 1, 0, true);
    let positive = order.iter().filter(|&&i| store.dataset().items[i].label).count();
    assert_eq!((order.len(), positive), (6, 3));
    let others: Vec<Vec<usize>> = (0..5).map(|e| epoch_order(&store, &split, Part::Train, 1, e, true)).collect();
    assert!(others.windows(2).any(|w| w[0] != w[1]));
    assert_eq!(others[0], order);
}

#[test]
fn a_tumor_slice_without_a_mask_is_not_taught_as_empty() {
    let folder = tempfile::tempdir().unwrap();
    picture(&folder.path().join("yes/1.png"), 1, None);
    picture(&folder.path().join("no/2.png"), 9, None);
    let store = survey(folder.path());
    let batch = make_batch(&store, &plan(vec![0, 1], None), 0).unwrap();
    for i in 0..2 {
        assert_eq!(batch.mask_known[i], 1.0 - batch.labels[i]);
    }
}

#[test]
fn a_survey_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    patient_folders(folder.path(), &FIVE, "png");
    let mut calls = 0;
    let stopped = Store::survey(Dataset::read(folder.path()).unwrap(), 0, &mut |done, total| {
        calls += 1;
        assert_eq!(total, 15);
        done < 2
    });
    assert!(stopped.is_err());
    assert_eq!(calls, 2);
}

/// Three patients, so that it takes seconds; on two busy cores the whole set gave 134 slices/s at 256² with all
/// pictures in memory, and 112 decoding every time.
#[test]
fn the_loader_alone_gives_more_slices_a_second_than_a_net_takes() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared beside this checkout, so the loader was not measured on real slices");
        return;
    };
    let mut dataset = Dataset::read(&shared.join("data/lgg")).unwrap();
    dataset.items.retain(|item| item.patient < 3);
    let split = Split { seed: None, parts: vec![Part::Train; dataset.patients.len()] };
    for (ceiling, what) in [(DEFAULT_CEILING_BYTES, "all in memory"), (0, "decoded every time")] {
        let store = Arc::new(Store::survey(dataset.clone(), ceiling, &mut |_, _| true).unwrap());
        let order = epoch_order(&store, &split, Part::Train, 1, 0, false);
        let augment = Some(AugmentSettings::default());
        let plan =
            Plan { order, batch_size: 8, drop_last: true, size: 256, crop: Crop::Head, augment, seed: 1, epoch: 0 };
        let start = std::time::Instant::now();
        let slices: usize = Loader::start(&store, plan, 1).map(|b| b.unwrap().labels.len()).sum();
        let rate = slices as f32 / start.elapsed().as_secs_f32();
        println!("{what}, 256²: {rate:.0} slices/s on one thread");
        // A training step takes some 20 slices/s here; half of that even while other tests hold all cores.
        assert!(rate > 10.0, "{rate}");
    }
}
