//! Bugs that can be planted, to see whether the checker notices them. They exist
//! in this crate alone, which nothing that is shipped depends on.

/// A bug that a queue, a store or a component might have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The queue deletes an event when it is claimed, and not when it is settled.
    DeleteOnClaim,
    /// The queue removes a settled event although it was saved again meanwhile,
    /// and nobody compares what the call has read.
    IgnoreRevision,
    /// The retry hands in the record as the first attempt has read it.
    RetryWithoutReading,
    /// A save is dropped as a double while a call for its record is under way.
    SkipAsUnique,
    /// The store says that a commit is on the disk before it is.
    LoseUnsynced,
    /// The component takes somebody who opted out for reachable.
    GoOnAfterOptOut,
    /// The component forgets the opt-outs of addresses that are blanked.
    ForgetAfterBlanking,
    /// The component forgets what it had switched on, and so what was switched
    /// off in Spotler since.
    SwitchOnAgain,
    /// The component takes every attempt for the first one, and forgets that an
    /// answer was lost.
    NeverDoubt,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::DeleteOnClaim,
        Self::IgnoreRevision,
        Self::RetryWithoutReading,
        Self::SkipAsUnique,
        Self::LoseUnsynced,
        Self::GoOnAfterOptOut,
        Self::ForgetAfterBlanking,
        Self::SwitchOnAgain,
        Self::NeverDoubt,
    ];
}
