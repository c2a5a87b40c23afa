//! The window of session sequence numbers (IPMI 2.0 §6.12.13).

/// How far below and above the highest number one may be.
const WIDTH: u32 = 16;

/// Which numbers have been received: each counts once, and none that is more than 16 away from the highest.
///
/// Ask it only about packets whose AuthCode is right. The first one says where the other side begins: the keys are new, so
/// it cannot be of another session.
#[derive(Debug, Clone, Default)]
pub struct Window {
    highest: Option<u32>,
    /// Bit n: the number n + 1 below the highest.
    below: u32,
}

impl Window {
    /// Whether a packet of this number is new; if so, it is not from then on. The number 0 is outside of any session.
    pub fn accepts(&mut self, sequence: u32) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(sequence).filter(|first| *first != 0);
            return sequence != 0;
        };
        let (above, below) = (
            sequence.wrapping_sub(highest),
            highest.wrapping_sub(sequence),
        );
        match (above, below) {
            _ if sequence == 0 => false,
            (1..=WIDTH, _) => {
                // The old highest comes in at bit 0, and moves up with the rest.
                self.below = ((self.below << 1) | 1) << above.saturating_sub(1);
                self.highest = Some(sequence);
                true
            }
            (_, 1..=WIDTH) => {
                let bit = 1 << below.saturating_sub(1);
                let is_new = self.below & bit == 0;
                self.below |= bit;
                is_new
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(numbers: &[u32]) -> Vec<bool> {
        let mut window = Window::default();
        numbers.iter().map(|n| window.accepts(*n)).collect()
    }

    #[test]
    fn a_number_counts_once() {
        assert_eq!(
            accepted(&[1, 1, 2, 1, 2]),
            [true, false, true, false, false]
        );
        assert_eq!(
            accepted(&[1, 5, 4, 3, 4, 5, 1]),
            [true, true, true, true, false, false, false]
        );
    }

    #[test]
    fn nothing_is_further_away_than_sixteen() {
        assert_eq!(accepted(&[1, 17, 34, 33]), [true, true, false, true]);
        assert_eq!(accepted(&[100, 116, 100, 99]), [true, true, false, false]);
        assert_eq!(accepted(&[100, 84, 83]), [true, true, false]);
    }

    #[test]
    fn numbers_wrap_and_zero_is_none() {
        assert_eq!(
            accepted(&[u32::MAX, 0, 1, u32::MAX]),
            [true, false, true, false]
        );
        assert_eq!(accepted(&[0, 0, 7]), [false, false, true]);
    }

    #[test]
    fn it_is_as_a_set_would_be() {
        let mut window = Window::default();
        let (mut seen, mut highest) = (std::collections::BTreeSet::from([50]), 50_i64);
        assert!(window.accepts(50));
        let mut random = 7u32;
        for _ in 0..10_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let step = i64::from(random >> 8) % 45 - 22;
            let next = (highest + step).max(1);
            let expected = (next - highest).abs() <= 16 && seen.insert(next);
            assert_eq!(window.accepts(u32::try_from(next).unwrap_or(0)), expected);
            if expected {
                highest = highest.max(next);
            }
        }
    }
}
