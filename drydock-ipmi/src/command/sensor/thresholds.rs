//! Get Sensor Thresholds (IPMI 2.0 §35.9).

use crate::{
    command::{Command, Malformed, Repeat, Request, event::Threshold, sdr::SensorKey},
    octets::Octets,
    wire::NetFn,
};

/// Asks for the thresholds that a sensor has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSensorThresholds(pub SensorKey);

impl Command for GetSensorThresholds {
    type Answer = RawThresholds;

    fn name(&self) -> &'static str {
        "Get Sensor Thresholds"
    }

    fn request(&self) -> Request {
        let mut request = Request::new(NetFn::SENSOR, 0x27, [self.0.number]);
        request.lun = self.0.lun;
        request
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<RawThresholds, Malformed> {
        let mut octets = Octets::new(data);
        Ok(RawThresholds {
            readable: octets.u8()? & 0x3f,
            raw: octets.array()?,
        })
    }
}

/// The thresholds of a sensor, raw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawThresholds {
    /// Which there are, as a mask of [`Threshold::bit`].
    pub readable: u8,
    /// All, in the order of [`Threshold::ALL`].
    pub raw: [u8; 6],
}

impl RawThresholds {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let mut data = vec![self.readable & 0x3f];
        data.extend(self.raw);
        data
    }

    /// Those that there are.
    pub fn iter(&self) -> impl Iterator<Item = (Threshold, u8)> + '_ {
        let all = Threshold::ALL.into_iter().zip(self.raw);
        all.filter(|(threshold, _)| self.readable & threshold.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASK: GetSensorThresholds = GetSensorThresholds(SensorKey::of_bmc(2));

    #[test]
    fn only_readable_thresholds_are_there() {
        let data = [0x03, 0x0a, 0x14, 0, 0, 0, 0];
        let thresholds = ASK.answer(&data).unwrap();
        assert_eq!(
            thresholds.iter().collect::<Vec<_>>(),
            [
                (Threshold::LowerNonCritical, 0x0a),
                (Threshold::LowerCritical, 0x14)
            ]
        );
        assert_eq!(thresholds.emit(), data);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            match ASK.answer(&data) {
                Ok(thresholds) => prop_assert_eq!(ASK.answer(&thresholds.emit()), Ok(thresholds)),
                Err(_) => prop_assert!(data.len() < 7),
            }
        }
    }
}
