//! Trains round after round, until nothing is open or the budget is spent.

use std::time::Duration;

use transfermap::race::{Course, Next, Round};
use transfermap::study::Race;

use super::call::{Call, Trained};
use super::event::Monitor;
use super::hands::Hands;
use super::planned::Planned;
use super::request::Request;
use crate::store::claims::Claims;
use crate::store::race;
use crate::store::records::Store;
use crate::store::survey::survey;

/// Between two looks at what others are doing.
const PAUSE: Duration = Duration::from_millis(500);

/// So many looks in a row must find nobody at work on a round before it is given up: between two runs nobody holds one.
const LOOKS: usize = 10;

/// Trains the rounds of a race. What it answers has the plan of all rounds.
///
/// # Errors
/// As [`super::start::train`].
pub(super) fn train<'a>(
    request: &'a Request,
    planned: &Planned,
    (course, race): (&Course<'_>, &Race),
    hands: &Hands<'_>,
    monitor: &mut dyn Monitor,
) -> anyhow::Result<Trained<'a>> {
    let store = Store::new(&std::path::absolute(&request.out)?);
    let mut rounds = race::read(store.root(), course, &mut |text| monitor.message(text))?;
    if rounds.is_empty() {
        rounds.push(course.first());
    }
    let mut ending = super::supervise::Ending::default();
    let mut permission = request.permission;
    loop {
        let plan = course.plan_of(&rounds);
        let call = Call::new(request, Planned { plan, ..planned.clone() }, permission)?;
        // Once is enough, and a failed run must not be tried in every round.
        permission.retry_failed = false;
        call.clear_the_way(monitor)?;
        race::write(store.root(), race, &rounds)?;
        ending.add(call.train(hands, monitor)?);
        if !ending.stopped && ending.fatal.is_none() {
            wait_for_others(&call, hands, monitor)?;
        }
        let found = survey(&call.planned.plan, &store)?;
        let open = found.missing.len() + found.corrupt.len();
        if ending.stopped || ending.fatal.is_some() || open > 0 {
            if open > 0 && request.shard.is_some() && !ending.stopped {
                monitor.message(&format!(
                    "round {}: this share is done, {open} runs are other shares'; run the same command again once they are",
                    rounds.len()
                ));
            }
            return Ok(Trained { call, ending });
        }
        let records: Vec<_> = found.done.into_iter().chain(found.failed).collect();
        match course.next(&rounds, &records)? {
            Next::End(end) => {
                monitor.message(&format!("race: {end} after {} runs", call.planned.plan.runs.len()));
                return Ok(Trained { call, ending });
            }
            Next::Round(round) => {
                monitor.message(&announcement(&round, &call.planned.plan.runs.len(), race));
                rounds.push(round);
            }
        }
    }
}

fn announcement(round: &Round, spent: &usize, race: &Race) -> String {
    let pairs: Vec<String> =
        round.pairs.iter().map(|p| format!("{} → {} to {}", p.key.source, p.key.target, p.look)).collect();
    format!("race: {spent} runs of {} spent; {} more take {} seeds", race.budget, round.runs.len(), pairs.join(", "))
}

/// Waits for the runs of this round that other processes have claimed.
fn wait_for_others(call: &Call<'_>, hands: &Hands<'_>, monitor: &mut dyn Monitor) -> anyhow::Result<()> {
    let mut idle = 0;
    while idle < LOOKS && !hands.stop.load(std::sync::atomic::Ordering::Relaxed) {
        let open = survey(&call.planned.plan, &call.store)?.missing;
        if open.is_empty() {
            return Ok(());
        }
        let held = Claims::new(call.store.root()).held();
        idle = if held.iter().any(|owner| open.contains(&owner.run)) { 0 } else { idle + 1 };
        monitor.tick();
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
