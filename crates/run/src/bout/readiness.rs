//! The target before the first case: is it there, and what is it like?

use super::Bout;
use crate::clock::micros;
use crate::event::Event;
use crate::preflight::{Preflight, Unfit, preflight, preflight_with_company};
use crate::testee::Testee;

impl Bout {
    /// Starts the target if that is ours to do, and looks at it. Tells whether
    /// it can be tested.
    pub(super) async fn prepare(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        if let Some(command) = &self.target.testee {
            match Testee::start(command, &self.target.address).await {
                Ok(testee) => self.testee = Some(testee),
                Err(error) => {
                    let output = error.output().to_owned();
                    self.give_up(error.to_string(), output, tell);
                    return false;
                }
            }
        }
        if self.plan.preflight && !self.look(tell).await {
            return false;
        }
        if self.named {
            tell(self.ready(String::new()));
        }
        self.is_prepared = true;
        true
    }

    /// The preflight.
    async fn look(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        let address = &self.target.address;
        match self.preflight().await {
            Ok(found) => {
                self.learn(found);
                true
            }
            Err(unfit) => {
                let (mut why, mut output) = (unfit.to_string(), String::new());
                if let Some(testee) = &mut self.testee {
                    if let Some(how) = testee.is_ending(address).await {
                        why = format!("the program under test {how} at the first connection");
                        output = testee.last_output().await;
                    } else {
                        output = testee.since(0);
                    }
                }
                self.give_up(why, output, tell);
                false
            }
        }
    }

    async fn preflight(&self) -> Result<Preflight, Unfit> {
        let target = &self.target;
        let (address, dialler) = (&target.address, &target.dialler);
        let (handshake, pace) = (&target.handshake, self.plan.pace);
        match self.plan.jobs.get() {
            1 => preflight(address, dialler, handshake, pace).await,
            _ => preflight_with_company(address, dialler, handshake, pace).await,
        }
    }

    fn learn(&mut self, found: Preflight) {
        self.info.round_trip_us = found.round_trip.map(micros);
        if let Some(slowest) = found.slowest {
            self.reaction.note(slowest, found.reactions);
        }
        if found.serves_company == Some(false) {
            self.limit.one_at_a_time();
            self.info.at_a_time = Some(1);
        }
        if let (false, Some(agent)) = (self.named, found.agent) {
            self.info.agent = self.free_name(&agent);
            self.named = true;
        }
    }

    pub(super) fn give_up(&mut self, why: String, output: String, tell: &mut impl FnMut(Event)) {
        self.info.agent = self.agent();
        self.info.fault = Some(why);
        tell(self.ready(output));
    }

    pub(super) fn ready(&self, output: String) -> Event {
        Event::TargetReady {
            target: self.index,
            info: self.info.clone(),
            output,
        }
    }
}
