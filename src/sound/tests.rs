//! The rule of `treat`, by examples and by properties.
//!
//! In: measures of speech, and all that can be measured at all. Out: what holds of every treatment.

use proptest::prelude::*;

use super::*;

pub(super) const SPEECH: Measures = Measures {
    duration_ms: 60_000,
    loudness_centi_lufs: Some(-2300),
    true_peak_centi_dbtp: -900,
    leading_silence_ms: 300,
    trailing_silence_ms: 400,
    longest_pause_ms: 900,
    silence_percent: 12,
    clipped_samples: 0,
    form: Form::Mono,
    rate: 44_100,
    fingerprint: Fingerprint([0xab; 32]),
};

const WISHES: Preparation = Preparation { gain: true, target_lufs: -16, peak_dbtp: -1, trim_silence: true };

fn gain_of(loudness: Option<i64>, peak: i64) -> i64 {
    let measures = Measures { loudness_centi_lufs: loudness, true_peak_centi_dbtp: peak, ..SPEECH };
    treat(&measures, &WISHES).gain_cb
}

fn trims_of(leading_silence_ms: i64, trailing_silence_ms: i64) -> (i64, i64) {
    let measures = Measures { duration_ms: 1_000_000, leading_silence_ms, trailing_silence_ms, ..SPEECH };
    let treatment = treat(&measures, &WISHES);
    (treatment.skip_ms, treatment.drop_ms)
}

#[test]
fn one_gain_towards_the_target_within_both_bounds() {
    assert_eq!(gain_of(Some(-2300), -900), 70, "to the target");
    assert_eq!(gain_of(Some(-2301), -900), 70, "rounded down");
    assert_eq!(gain_of(Some(-2300), -500), 40, "as far as the peak allows");
    assert_eq!(gain_of(Some(-2300), -501), 40, "rounded down");
    assert_eq!(gain_of(Some(-1000), 50), -60, "quieter");
    assert_eq!(gain_of(Some(-1605), 150), -25, "a peak above the ceiling comes down");
    assert_eq!(gain_of(Some(-6000), -5000), MOST_BOOST_CB, "no boost beyond 20 dB");
    assert_eq!((gain_of(None, -12_000), gain_of(None, 0)), (0, -10), "without a loudness only the peak counts");
}

#[test]
fn silence_beyond_a_second_goes_and_a_rest_stays() {
    assert_eq!(trims_of(1000, 999), (0, 0));
    assert_eq!(trims_of(1001, 4000), (1, 3000));
    assert_eq!(trims_of(900_000, 0), (MOST_SKIPPED_MS, 0));
    assert_eq!(trims_of(1_000_000, 1_000_000), (0, 0), "all silence");
}

#[test]
fn what_is_switched_off_does_nothing() {
    let nothing = Preparation { gain: false, trim_silence: false, ..WISHES };
    let measures = Measures { leading_silence_ms: 9000, ..SPEECH };
    let treatment = treat(&measures, &nothing);
    assert_eq!((treatment, treatment.factor().to_bits()), (Treatment::default(), 1.0_f32.to_bits()));
}

#[test]
fn measures_are_kept_as_json_and_come_back() {
    let json = serde_json::to_string(&SPEECH).unwrap();
    assert!(json.contains(r#""form":"mono""#) && json.contains(&format!(r#""fingerprint":"{}""#, "ab".repeat(32))));
    assert_eq!(serde_json::from_str::<Measures>(&json).unwrap(), SPEECH);
    for bad in ["ab", &"+a".repeat(32), &"ắ".repeat(32), &"g".repeat(64)] {
        assert!(serde_json::from_str::<Fingerprint>(&format!("\"{bad}\"")).is_err(), "{bad}");
    }
}

prop_compose! {
    /// Whatever a decode can measure; silences that fit into the length.
    fn measured()(
        duration_ms in 0_i64..86_400_000,
        loudness in proptest::option::of(-7000_i64..6000),
        true_peak_centi_dbtp in -12_000_i64..6000,
        leading in 0.0..1.0,
        trailing in 0.0..1.0,
    ) -> Measures {
        let leading_silence_ms = (duration_ms as f64 * leading) as i64;
        let trailing_silence_ms = ((duration_ms - leading_silence_ms) as f64 * trailing) as i64;
        Measures {
            duration_ms,
            loudness_centi_lufs: loudness,
            true_peak_centi_dbtp,
            leading_silence_ms,
            trailing_silence_ms,
            ..SPEECH
        }
    }
}

prop_compose! {
    fn wished()(
        gain: bool,
        target_lufs in -31_i64..=-8,
        peak_dbtp in -9_i64..=0,
        trim_silence: bool,
    ) -> Preparation {
        Preparation { gain, target_lufs, peak_dbtp, trim_silence }
    }
}

proptest! {
    #[test]
    fn no_gain_passes_the_ceiling_the_target_or_the_greatest_boost(measures in measured(), wishes in wished()) {
        let gain_cb = treat(&measures, &wishes).gain_cb;
        prop_assert!(gain_cb <= MOST_BOOST_CB);
        if wishes.gain {
            prop_assert!(measures.true_peak_centi_dbtp + 10 * gain_cb <= 100 * wishes.peak_dbtp);
            let loudness = measures.loudness_centi_lufs.map(|loudness| loudness + 10 * gain_cb);
            prop_assert!(loudness.is_none_or(|loudness| loudness <= 100 * wishes.target_lufs));
            // As much as all three allow: a tenth more would break one of them.
            let more = 10 * (gain_cb + 1);
            let over = measures.true_peak_centi_dbtp + more > 100 * wishes.peak_dbtp;
            let louder = measures.loudness_centi_lufs.unwrap_or(100 * wishes.target_lufs) + more > 100 * wishes.target_lufs;
            prop_assert!(over || louder || gain_cb == MOST_BOOST_CB);
        } else {
            prop_assert_eq!(gain_cb, 0);
        }
    }

    #[test]
    fn trimming_touches_only_silence_and_leaves_a_rest(measures in measured(), wishes in wished()) {
        let Treatment { skip_ms, drop_ms, .. } = treat(&measures, &wishes);
        prop_assert!(skip_ms >= 0 && drop_ms >= 0 && skip_ms + drop_ms <= measures.duration_ms);
        prop_assert!(skip_ms == 0 || skip_ms + REST_MS <= measures.leading_silence_ms);
        prop_assert!(drop_ms == 0 || drop_ms + REST_MS <= measures.trailing_silence_ms);
        if !wishes.trim_silence || measures.is_silent() {
            prop_assert_eq!(skip_ms + drop_ms, 0);
        }
    }
}
