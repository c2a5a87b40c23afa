//! Reading all sensors, with their thresholds where that is wanted.

use super::{
    Conversion, GetReadingFactors, GetSensorReading, GetSensorThresholds, RawThresholds, Reading,
    Sensor,
};
use crate::command::{
    Command, Conversation, Question, Refused, Response, Turn,
    event::{EventType, Health, State, Threshold},
};
use std::{fmt, sync::Arc};

/// Reads sensors, one after the other. One that cannot be read is no error: its state is unavailable.
#[derive(Debug, Clone)]
pub struct ReadSensors {
    sensors: Arc<[Sensor]>,
    with_thresholds: bool,
    at: usize,
    step: Step,
    reading: Option<Reading>,
    conversion: Option<Conversion>,
    thresholds: Option<RawThresholds>,
    read: Vec<SensorReading>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begin,
    Reading,
    Factors,
    Thresholds,
}

impl ReadSensors {
    /// Reads these sensors. Those that another controller than the BMC has are unavailable. If there are none that can be
    /// asked for, one question is asked all the same, and its answer not looked at.
    pub fn new(sensors: impl Into<Arc<[Sensor]>>) -> Self {
        Self {
            sensors: sensors.into(),
            with_thresholds: false,
            at: 0,
            step: Step::Begin,
            reading: None,
            conversion: None,
            thresholds: None,
            read: Vec::new(),
        }
    }

    /// With their thresholds: one question more for each sensor that has some.
    #[must_use]
    pub fn with_thresholds(mut self) -> Self {
        self.with_thresholds = true;
        self
    }

    /// The next question, from the present sensor and step on.
    fn go_on(&mut self) -> Turn<Vec<SensorReading>> {
        let sensors = Arc::clone(&self.sensors);
        while let Some(sensor) = sensors.get(self.at) {
            if let Some(turn) = self.ask(sensor) {
                return turn;
            }
            self.finish(sensor);
        }
        Turn::Done(std::mem::take(&mut self.read))
    }

    /// What is still to be asked of a sensor.
    fn ask(&mut self, sensor: &Sensor) -> Option<Turn<Vec<SensorReading>>> {
        if self.step == Step::Begin {
            self.step = Step::Reading;
            self.conversion = sensor.conversion;
            if sensor.key.is_of_bmc() {
                return Some(Turn::ask(&GetSensorReading(sensor.key)));
            }
        }
        let reading = self.reading.filter(Reading::is_available)?;
        if self.step == Step::Reading {
            self.step = Step::Factors;
            if self.conversion.is_some_and(Conversion::is_per_reading) {
                let (key, raw) = (sensor.key, reading.raw);
                return Some(Turn::ask(&GetReadingFactors { key, raw }));
            }
        }
        if self.step == Step::Factors {
            self.step = Step::Thresholds;
            let has_thresholds = sensor.readable_thresholds != 0 || sensor.conversion.is_some();
            let by_thresholds = sensor.event_type == EventType::Threshold;
            if self.with_thresholds && by_thresholds && has_thresholds {
                return Some(Turn::ask(&GetSensorThresholds(sensor.key)));
            }
        }
        None
    }

    fn finish(&mut self, sensor: &Sensor) {
        let (reading, conversion) = (self.reading.take(), self.conversion.take());
        let thresholds = self.thresholds.take();
        let converted = |raw| conversion.and_then(|conversion| conversion.value(raw));
        let usable = reading.filter(Reading::is_available);
        let has_value = sensor.event_type == EventType::Threshold || sensor.conversion.is_some();
        let health = usable.and_then(|r| r.health(sensor.event_type, sensor.sensor_type));
        self.read.push(SensorReading {
            sensor: sensor.clone(),
            reading,
            value: usable.filter(|_| has_value).and_then(|r| converted(r.raw)),
            states: match (sensor.event_type, usable) {
                (EventType::Threshold, _) | (_, None) => Vec::new(),
                (by, Some(reading)) => reading.states(by, sensor.sensor_type),
            },
            thresholds: thresholds
                .iter()
                .flat_map(RawThresholds::iter)
                .filter_map(|(threshold, raw)| Some((threshold, converted(raw)?)))
                .collect(),
            state: match health {
                None => SensorState::Unavailable,
                Some(Health::Ok) => SensorState::Ok,
                Some(Health::Warning) => SensorState::Warning,
                Some(Health::Critical) => SensorState::Critical,
            },
        });
        self.at = self.at.saturating_add(1);
        self.step = Step::Begin;
    }
}

impl Conversation for ReadSensors {
    type Outcome = Vec<SensorReading>;

    fn name(&self) -> &'static str {
        "read the sensors"
    }

    fn begin(&mut self) -> Question {
        let fresh = Self::new(Arc::clone(&self.sensors));
        *self = Self {
            with_thresholds: self.with_thresholds,
            ..fresh
        };
        match self.go_on() {
            Turn::Ask(question) => question,
            // None can be asked for. What was read is put back, and the answer is not looked at.
            Turn::Done(read) => {
                self.read = read;
                Question::of(&crate::command::app::GetDeviceId)
            }
        }
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<Self::Outcome>, Refused> {
        if let Some(sensor) = self.sensors.get(self.at) {
            let (key, raw) = (sensor.key, self.reading.map_or(0, |reading| reading.raw));
            match self.step {
                Step::Begin => {}
                Step::Reading => self.reading = GetSensorReading(key).outcome(response).ok(),
                Step::Factors => {
                    let factors = GetReadingFactors { key, raw }.outcome(response).ok();
                    let with = |of: Conversion| factors.map(|factors| of.with_factors(factors));
                    self.conversion = self.conversion.and_then(with);
                }
                Step::Thresholds => {
                    self.thresholds = GetSensorThresholds(key).outcome(response).ok();
                }
            }
        }
        Ok(self.go_on())
    }
}

/// What a sensor reads, with what that means.
#[derive(Debug, Clone, PartialEq)]
pub struct SensorReading {
    /// The sensor.
    pub sensor: Sensor,
    /// What the BMC answered; none if it refused.
    pub reading: Option<Reading>,
    /// Its value in its unit; none if it only has states, or is unavailable.
    pub value: Option<f64>,
    /// The states that it has; none if it has a value.
    pub states: Vec<State>,
    /// Its thresholds in its unit, as far as they were asked for.
    pub thresholds: Vec<(Threshold, f64)>,
    /// How well it is.
    pub state: SensorState,
}

/// How well a sensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SensorState {
    /// It cannot be read, or is not scanned: most are not while the machine is off.
    Unavailable,
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warning,
    /// Something has failed, or soon will.
    Critical,
}

impl fmt::Display for SensorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "unavailable",
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

#[cfg(test)]
mod tests;
