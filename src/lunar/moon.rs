//! When the moon is new and where the sun stands, as far as a calendar of UTC+7 needs it.
//!
//! In: the number of a new moon, or a day. Out: the day of that new moon, or the sign of the sun. Sources: the new moon by
//! J. Meeus, Astronomical Algorithms, 2nd ed. 1998, chapter 49 (seconds in these centuries); the sun by P. Bretagnon and
//! J.-L. Simon, Planetary Programs and Tables from -4000 to +2800, 1986 (two arc seconds, a minute of time); earth's clock
//! by F. Espenak and J. Meeus, Five Millennium Canon of Solar Eclipses, 2006. Must never be asked for years far from 1900
//! to 2200. Pure. Next: `schedule`.

use chrono::{Datelike, NaiveDate};

/// Days that Vietnamese clocks are ahead of universal time.
const AHEAD_DAYS: f64 = 7.0 / 24.0;

/// Julian day number of the day before 1 January of the year 1.
const BEFORE_YEAR_ONE: f64 = 1_721_425.0;

/// The instant 2000-01-01T12:00 in the Julian count.
const J2000: f64 = 2_451_545.0;

/// The new moon of number 0, on 6 January 2000, and the mean length of a month.
const FIRST_MOON: f64 = 2_451_550.097_66;
const MONTH: f64 = 29.530_588_861;

/// Terms of the new moon: days, then how often the anomaly of the sun, that of the moon, the moon's distance from its node
/// and the node's length go in. The earth's eccentricity weakens each as often as the sun's anomaly goes in.
const MOON_TERMS: [(f64, i32, i32, i32, i32); 25] = [
    (-0.407_20, 0, 1, 0, 0),
    (0.172_41, 1, 0, 0, 0),
    (0.016_08, 0, 2, 0, 0),
    (0.010_39, 0, 0, 2, 0),
    (0.007_39, -1, 1, 0, 0),
    (-0.005_14, 1, 1, 0, 0),
    (0.002_08, 2, 0, 0, 0),
    (-0.001_11, 0, 1, -2, 0),
    (-0.000_57, 0, 1, 2, 0),
    (0.000_56, 1, 2, 0, 0),
    (-0.000_42, 0, 3, 0, 0),
    (0.000_42, 1, 0, 2, 0),
    (0.000_38, 1, 0, -2, 0),
    (-0.000_24, -1, 2, 0, 0),
    (-0.000_17, 0, 0, 0, 1),
    (-0.000_07, 2, 1, 0, 0),
    (0.000_04, 0, 2, -2, 0),
    (0.000_04, 3, 0, 0, 0),
    (0.000_03, 1, 1, -2, 0),
    (0.000_03, 0, 2, 2, 0),
    (-0.000_03, 1, 1, 2, 0),
    (0.000_03, -1, 1, 2, 0),
    (-0.000_02, -1, 1, -2, 0),
    (-0.000_02, 1, 3, 0, 0),
    (0.000_02, 0, 4, 0, 0),
];

/// What the planets do to the new moon: degrees at number 0, degrees per number, millionths of a day.
const PLANET_TERMS: [(f64, f64, f64); 14] = [
    (299.77, 0.107_408, 325.0),
    (251.88, 0.016_321, 165.0),
    (251.83, 26.651_886, 164.0),
    (349.42, 36.412_478, 126.0),
    (84.66, 18.206_239, 110.0),
    (141.74, 53.303_771, 62.0),
    (207.14, 2.453_732, 60.0),
    (154.84, 7.306_860, 56.0),
    (34.52, 27.261_239, 47.0),
    (207.19, 0.121_824, 42.0),
    (291.34, 1.844_379, 40.0),
    (161.72, 24.198_154, 37.0),
    (239.56, 25.513_099, 35.0),
    (331.55, 3.592_518, 23.0),
];

/// Terms of the sun: ten-millionths of a radian, degrees at J2000, degrees per century.
const SUN_TERMS: [(f64, f64, f64); 49] = [
    (403_406.0, 270.548_61, 0.928_789_2),
    (195_207.0, 340.191_28, 35_999.137_695_8),
    (119_433.0, 63.918_54, 35_999.408_966_6),
    (112_392.0, 331.262_20, 35_998.728_738_5),
    (3_891.0, 317.843, 71_998.202_61),
    (2_819.0, 86.631, 71_998.440_3),
    (1_721.0, 240.052, 36_000.357_26),
    (660.0, 310.26, 71_997.481_2),
    (350.0, 247.23, 32_964.467_8),
    (334.0, 260.87, -19.441),
    (314.0, 297.82, 445_267.111_7),
    (268.0, 343.14, 45_036.884),
    (242.0, 166.79, 3.100_8),
    (234.0, 81.53, 22_518.443_4),
    (158.0, 3.50, -19.973_9),
    (132.0, 132.75, 65_928.934_5),
    (129.0, 182.95, 9_038.029_3),
    (114.0, 162.03, 3_034.768_4),
    (99.0, 29.8, 33_718.148),
    (93.0, 266.4, 3_034.448),
    (86.0, 249.2, -2_280.773),
    (78.0, 157.6, 29_929.992),
    (72.0, 257.8, 31_556.493),
    (68.0, 185.1, 149.588),
    (64.0, 69.9, 9_037.75),
    (46.0, 8.0, 107_997.405),
    (38.0, 197.1, -4_444.176),
    (37.0, 250.4, 151.771),
    (32.0, 65.3, 67_555.316),
    (29.0, 162.7, 31_556.08),
    (28.0, 341.5, -4_561.54),
    (27.0, 291.6, 107_996.706),
    (27.0, 98.5, 1_221.655),
    (25.0, 146.7, 62_894.167),
    (24.0, 110.0, 31_437.369),
    (21.0, 5.2, 14_578.298),
    (21.0, 342.6, -31_931.757),
    (20.0, 230.9, 34_777.243),
    (18.0, 256.1, 1_221.999),
    (17.0, 45.3, 62_894.511),
    (14.0, 242.9, -4_442.039),
    (13.0, 115.2, 107_997.909),
    (13.0, 151.8, 119.066),
    (13.0, 285.3, 16_859.071),
    (12.0, 53.3, -4.578),
    (10.0, 126.6, 26_895.292),
    (10.0, 205.7, -39.127),
    (10.0, 85.9, 12_297.536),
    (10.0, 146.1, 90_073.778),
];

/// The day of a new moon by Vietnamese clocks. The moon of number 0 is that of 6 January 2000.
pub(super) fn new_moon_day(number: i64) -> NaiveDate {
    let universal = universal(new_moon(number as f64));
    let days = (universal + AHEAD_DAYS + 0.5).floor() - BEFORE_YEAR_ONE;
    NaiveDate::from_num_days_from_ce_opt(days as i32).unwrap_or(NaiveDate::MAX)
}

/// The number of the last new moon on or before a day.
pub(super) fn last_new_moon(day: NaiveDate) -> i64 {
    let mean = (julian(day) - FIRST_MOON) / MONTH;
    // The true moon is at most 15 hours from the mean one.
    let mut number = mean.floor() as i64 + 1;
    while new_moon_day(number) > day {
        number -= 1;
    }
    number
}

/// Which of the twelve signs, from 0 at the spring equinox, the sun stands in as a day begins in Vietnam.
pub(super) fn sun_sign(day: NaiveDate) -> u32 {
    (sun_longitude(dynamical(julian(day) - AHEAD_DAYS)) / 30.0).floor() as u32 % 12
}

/// Midnight of a day in the Julian count, as if it were one of universal time.
fn julian(day: NaiveDate) -> f64 {
    f64::from(day.num_days_from_ce()) + BEFORE_YEAR_ONE - 0.5
}

/// The instant of a new moon, in the Julian count of dynamical time.
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3, t4) = (t * t, t.powi(3), t.powi(4));
    let eccentricity = 1.0 - 0.002_516 * t - 0.000_007_4 * t2;
    let sun = 2.5534 + 29.105_356_70 * k - 0.000_001_4 * t2 - 0.000_000_11 * t3;
    let moon = 201.5643 + 385.816_935_28 * k + 0.010_758_2 * t2 + 0.000_012_38 * t3 - 0.000_000_058 * t4;
    let argument = 160.7108 + 390.670_502_84 * k - 0.001_611_8 * t2 - 0.000_002_27 * t3 + 0.000_000_011 * t4;
    let node = 124.7746 - 1.563_755_88 * k + 0.002_067_2 * t2 + 0.000_002_15 * t3;
    let mean = FIRST_MOON + MONTH * k + 0.000_154_37 * t2 - 0.000_000_150 * t3 + 0.000_000_000_73 * t4;
    let periodic = MOON_TERMS.iter().map(|&(days, suns, moons, arguments, nodes)| {
        let angle = f64::from(suns) * sun + f64::from(moons) * moon + f64::from(arguments) * argument;
        days * eccentricity.powi(suns.abs()) * sine(angle + f64::from(nodes) * node)
    });
    let planets = PLANET_TERMS.iter().enumerate().map(|(index, &(at_zero, per_number, millionths))| {
        let bend = if index == 0 { -0.009_173 * t2 } else { 0.0 };
        millionths * 1e-6 * sine(at_zero + per_number * k + bend)
    });
    mean + periodic.sum::<f64>() + planets.sum::<f64>()
}

/// The sun's apparent longitude in degrees, 0 to 360, at an instant of dynamical time.
fn sun_longitude(at: f64) -> f64 {
    let c = (at - J2000) / 36_525.0;
    let terms: f64 = SUN_TERMS.iter().map(|&(size, at_zero, per_century)| size * sine(at_zero + per_century * c)).sum();
    let longitude = 282.777_183_4 + 36_000.769_537_44 * c + (terms * 1e-7).to_degrees();
    let aberration = 0.000_097_4 * sine(267.63 + 35_999.018_48 * c) - 0.005_575;
    let nutation = -0.004_778 * sine(124.90 - 1934.134 * c + 0.002_063 * c * c)
        - 0.000_366_7 * sine(201.11 + 72_001.537_7 * c + 0.000_57 * c * c);
    (longitude + aberration + nutation).rem_euclid(360.0)
}

fn sine(degrees: f64) -> f64 {
    degrees.rem_euclid(360.0).to_radians().sin()
}

fn universal(dynamical: f64) -> f64 {
    dynamical - clock_lag_s(dynamical) / 86_400.0
}

fn dynamical(universal: f64) -> f64 {
    universal + clock_lag_s(universal) / 86_400.0
}

/// Seconds by which dynamical time is ahead of universal time; for years to come an estimate, good to seconds for decades
/// and to minutes for the rest.
fn clock_lag_s(at: f64) -> f64 {
    let year = 2000.0 + (at - J2000) / 365.25;
    let sum = |t: f64, factors: &[f64]| factors.iter().rev().fold(0.0, |sum, factor| sum * t + factor);
    let century = (year - 1820.0) / 100.0;
    match year {
        ..1920.0 => sum(year - 1900.0, &[-2.79, 1.494_119, -0.059_893_9, 0.006_196_6, -0.000_197]),
        ..1941.0 => sum(year - 1920.0, &[21.20, 0.844_93, -0.076_100, 0.002_093_6]),
        ..1961.0 => sum(year - 1950.0, &[29.07, 0.407, -1.0 / 233.0, 1.0 / 2547.0]),
        ..1986.0 => sum(year - 1975.0, &[45.45, 1.067, -1.0 / 260.0, -1.0 / 718.0]),
        ..2005.0 => sum(year - 2000.0, &[63.86, 0.3345, -0.060_374, 0.001_727_5, 0.000_651_814, 0.000_023_735_99]),
        ..2050.0 => sum(year - 2000.0, &[62.92, 0.322_17, 0.005_589]),
        ..2150.0 => -20.0 + 32.0 * century * century - 0.5628 * (2150.0 - year),
        _ => -20.0 + 32.0 * century * century,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Meeus, example 49.a: the new moon of February 1977.
    #[test]
    fn a_new_moon_is_where_the_book_has_it() {
        assert!((new_moon(-283.0) - 2_443_192.651_18).abs() < 0.000_01, "{}", new_moon(-283.0));
    }

    /// Meeus, example 25.b: 1992-10-13 by the full theory, 199° 54′ 21.818″.
    #[test]
    fn the_sun_is_where_the_book_has_it() {
        let longitude = sun_longitude(2_448_908.5);
        assert!((longitude - 199.906_06).abs() < 0.000_6, "{longitude}");
    }

    /// Observed: 1910, 1950, 1975, 2000 and 2020.
    #[test]
    fn the_earths_clock_lags_as_it_was_seen_to() {
        for (year, lag_s) in [(1910.0, 10.5), (1950.0, 29.1), (1975.0, 45.5), (2000.0, 63.8), (2020.0, 69.4)] {
            let found = clock_lag_s(J2000 + (year - 2000.0) * 365.25);
            assert!((found - lag_s).abs() < 3.0, "{year}: {found}");
        }
    }
}
