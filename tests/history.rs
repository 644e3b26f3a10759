//! A training's course: drawn at one cost, smoothed beside the raw curve, nothing lost, no outlier that ruins the scale. Not
//! for pixels.

use glioview::domain::history::pyramid::{MAX_POINTS, Pyramid};
use glioview::domain::history::scale::{place, robust_log_range, robust_range};
use glioview::domain::history::{EpochPoint, LossHistory, Moment, XAxis};

fn epoch(epoch: usize, val_loss: f32, metric: f32) -> EpochPoint {
    EpochPoint { epoch, train_loss: 0.5, val_loss, metric, learning_rate: 1e-3, secs: 60.0, dice_losses: None }
}

#[test]
fn a_million_steps_are_drawn_by_as_many_points_as_thousands_and_no_peak_is_lost() {
    let mut pyramid = Pyramid::default();
    for step in 0..1_000_000u32 {
        let value = match step {
            700_001 => 9.0,
            300_002 => -3.0,
            _ => (step % 100) as f32 / 100.0,
        };
        pyramid.push(step, value);
    }
    let all = pyramid.points(0, pyramid.len());
    assert!(all.len() <= MAX_POINTS && all.len() > MAX_POINTS / 8, "{}", all.len());
    assert!(all.contains(&(700_001, 9.0)) && all.contains(&(300_002, -3.0)));
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "points go from left to right");
    let part = pyramid.points(700_000, 700_100);
    assert_eq!(part.len(), 100, "a narrow range shows every step");
    for (begin, end) in [(0, 2001), (5, 4321), (123_456, 654_321)] {
        assert!(pyramid.points(begin, end).len() <= MAX_POINTS);
    }
}

#[test]
fn what_is_not_a_number_is_listed_and_never_drawn_or_smoothed() {
    let mut history = LossHistory::new(10);
    history.set_smoothing(0.5);
    for (step, loss) in [1.0, f32::NAN, 3.0, f32::INFINITY].into_iter().enumerate() {
        history.push_step(step as u32, loss, None);
    }
    assert_eq!(history.raw(XAxis::Step, 0.0, 100.0), [(1.0, 1.0), (3.0, 3.0)]);
    assert_eq!(history.not_numbers(XAxis::Step), [2.0, 4.0]);
    assert!(history.smooth(XAxis::Step, 0.0, 100.0).iter().all(|(_, loss)| loss.is_finite()));
}

#[test]
fn smoothing_leaves_the_raw_curve_and_begins_unbiased() {
    let mut history = LossHistory::new(4);
    for step in 0..4 {
        history.push_step(step, if step < 2 { 1.0 } else { 2.0 }, None);
    }
    let raw = history.raw(XAxis::Step, 0.0, 9.0);
    history.set_smoothing(0.5);
    assert_eq!(history.raw(XAxis::Step, 0.0, 9.0), raw);
    let smooth: Vec<f32> = history.smooth(XAxis::Step, 0.0, 9.0).into_iter().map(|p| p.1).collect();
    // Weights 1, 2, 4, 8 of the four values: (1 + 2 + 8) / 7 and (1 + 2 + 8 + 16) / 15.
    let expected = [1.0, 1.0, 11.0 / 7.0, 27.0 / 15.0];
    assert!(smooth.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{smooth:?}");
    history.set_smoothing(0.0);
    assert!(history.smooth(XAxis::Step, 0.0, 9.0).is_empty());
}

#[test]
fn a_resumed_run_has_no_step_or_epoch_twice() {
    let mut history = LossHistory::new(2);
    for step in 0..6 {
        history.push_step(step, 1.0, None);
    }
    history.push_epoch(epoch(0, 0.5, 0.1));
    history.push_epoch(epoch(1, 0.4, 0.2));
    let before = history.version();
    history.push_step(2, 0.7, None);
    history.push_epoch(epoch(1, 0.3, 0.3));
    assert_eq!((history.step_count(), history.epochs().len()), (3, 2));
    assert_eq!(history.epochs()[1].val_loss, 0.3);
    assert!(history.version() > before);
}

#[test]
fn the_bottom_counts_steps_epochs_or_minutes() {
    let mut history = LossHistory::new(4);
    for step in 0..8 {
        history.push_step(step, 1.0, Some((step % 4 + 1) as f32 * 10.0));
    }
    history.push_epoch(epoch(0, 0.5, 0.1));
    assert_eq!(
        [XAxis::Step, XAxis::Epoch, XAxis::Minutes].map(|axis| history.x_of_step(5, axis)),
        [6.0, 1.5, 80.0 / 60.0]
    );
    assert_eq!(history.x_of_epoch(0, XAxis::Minutes), 1.0);
}

#[test]
fn the_best_by_loss_and_the_highest_metric_are_told_apart() {
    let mut history = LossHistory::new(1);
    for (i, (loss, metric)) in [(0.5, 0.1), (0.2, 0.4), (f32::NAN, 0.2), (0.3, 0.6)].into_iter().enumerate() {
        history.push_epoch(epoch(i, loss, metric));
    }
    assert_eq!(history.best_by_loss().map(|e| e.epoch), Some(1));
    assert_eq!(history.best_by_metric().map(|e| e.epoch), Some(3));
    assert_eq!(history.since_best(), Some(2));
}

#[test]
fn the_same_mark_is_not_noted_twice() {
    let mut history = LossHistory::new(1);
    history.push_moment(3, Moment::Paused);
    history.push_moment(3, Moment::Paused);
    history.push_moment(3, Moment::WentOn);
    assert_eq!(history.moments().len(), 2);
}

#[test]
fn one_outlier_does_not_ruin_the_scale() {
    let mut values: Vec<f32> = (0..100).map(|i| 0.2 + i as f32 * 0.002).collect();
    let calm = robust_range(&values);
    values.push(1e6);
    let (low, high) = robust_range(&values);
    assert_eq!((low, calm.0), (0.0, 0.0));
    assert!((0.4..1.0).contains(&high), "{high}");
    assert_eq!(robust_range(&[f32::NAN]), (0.0, 1.0));
    let (low, high) = robust_log_range(&[0.01, 0.1, 1.0]);
    assert!(low < -2.0 && high > 0.0 && high < 0.3, "{low} {high}");
    assert_eq!((place(0.0, true), place(f32::NAN, false)), (None, None));
    assert_eq!(place(100.0, true), Some(2.0));
}
