//! What can happen in a run.

/// Something that people do, on either side. Persons are numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The record is saved with a new city; it is typed in if there is none.
    Save(usize),
    /// The person says yes or no to a permission in the CRM.
    Say(usize, u32, bool),
    /// Mail is allowed or not in the CRM.
    Mail(usize, bool),
    /// The gate is opened or closed.
    Gate(usize, bool),
    /// The record is deactivated.
    Deactivate(usize),
    /// The record is made active again.
    Reactivate(usize),
    /// The record is deleted.
    Delete(usize),
    /// Another record is typed in with the same address.
    TypeIn(usize),
    /// The person opts out of everything in Spotler.
    OptOut(usize),
    /// A permission is switched in Spotler.
    Switch(usize, u32, bool),
    /// A message comes back for good.
    Bounce(usize),
    /// The person reports spam.
    Complain(usize),
    /// A user makes the person active again in Spotler.
    ComeBack(usize),
    /// A user takes the person up again in the CRM.
    TakeUp(usize),
    /// A user syncs the record by hand.
    Sync(usize),
    /// What changed in Spotler is read.
    Tick,
    /// Everybody is exported to a list, for a permission or for any.
    Export(Option<u32>),
}

/// Something that happens in a run: an operation, or something on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// People do something.
    Do(Operation),
    /// A request goes wrong, after so many that do not.
    Fault(u8, u8),
    /// The process is killed at a request, after so many: before its work is
    /// done, or after.
    Kill(u8, bool),
    /// People do something in the middle of a call, at a request: before its work
    /// is done, or after.
    Meanwhile(u8, bool, Operation),
    /// Another call runs in the middle of a call, at a request.
    Nested(u8),
    /// The worker makes so many calls.
    Work(u8),
    /// Time passes, in seconds.
    Wait(u32),
}

/// The address of a person.
pub fn address(person: usize) -> String {
    format!("person{person}@voorbeeld.nl")
}

/// The name of a city that was never saved before.
pub fn city(number: u64) -> String {
    format!("Plaats {number}")
}

/// The number in the name of such a city.
pub fn number_of(city: &str) -> Option<u64> {
    city.strip_prefix("Plaats ")?.parse().ok()
}
