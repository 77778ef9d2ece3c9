//! What can go wrong with the simulator itself, as opposed to what it answers.

use std::io;

/// What can go wrong with the simulator itself.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address asked for.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The clock's start is not a time.
    #[error("`{0}` is not a time with an offset")]
    ClockStart(String),
    /// There is no such switch.
    #[error("there is no switch `{0}`")]
    UnknownSwitch(String),
    /// The switch cannot have this value.
    #[error("switch `{name}` cannot have this value")]
    SwitchValue {
        /// The switch.
        name: String,
        /// What was wrong with the value.
        #[source]
        source: serde_json::Error,
    },
    /// The state cannot be read from or written to its file.
    #[error("cannot read or write the state in `{file}`")]
    Save {
        /// The file.
        file: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A contact to start with cannot exist.
    #[error("contact {number} to start with has an invalid property `{property}`")]
    SeedContact {
        /// Which one, from 1.
        number: usize,
        /// The property.
        property: String,
    },
}

/// Why an action in Spotler's own screens was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UiError {
    /// There is no such contact.
    #[error("there is no such contact")]
    NoSuchContact,
    /// There is no such thing.
    #[error("there is no such {0}")]
    NoSuch(&'static str),
    /// The screens do not offer this.
    #[error("{0}")]
    NotOffered(&'static str),
    /// The property cannot hold that value.
    #[error("property `{0}` cannot hold that value")]
    Property(String),
    /// The name is taken.
    #[error("there is a {0} of that name")]
    NameTaken(&'static str),
}
