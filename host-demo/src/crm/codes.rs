//! The contract's enumerations as the words that the tables, the command line
//! and the pages use: kebab-case, as in WIT.

use crate::contract::{
    ActivityKind, Bounce, Consent, FieldType, Happened, JourneyKind, Lint, ListForm, ListType,
    LogLevel, Medium, Occasion, Origin, RecordKind, RecordState, SnapshotCause, Standing,
    SyncStatus,
};

/// An enumeration whose cases have a word.
pub trait Code: Sized + Copy + 'static {
    /// All cases, in the contract's order.
    const ALL: &'static [Self];

    /// The case's word.
    fn code(self) -> &'static str;

    /// The case with this word.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.code() == code)
    }
}

macro_rules! codes {
    ($type:ty { $($case:ident => $code:literal),+ $(,)? }) => {
        impl Code for $type {
            const ALL: &'static [Self] = &[$(<$type>::$case),+];

            fn code(self) -> &'static str {
                match self {
                    $(<$type>::$case => $code),+
                }
            }
        }
    };
}

codes!(RecordKind { Contact => "contact", Lead => "lead", Account => "account" });
codes!(RecordState { Active => "active", Inactive => "inactive", Deleted => "deleted" });
codes!(ListType { StaticList => "static", DynamicList => "dynamic" });
codes!(ListForm { StaticList => "static-list", Audience => "audience" });
codes!(Consent { Unset => "unset", Given => "given", Withdrawn => "withdrawn" });
codes!(Origin { Crm => "crm", Spotler => "spotler" });
codes!(LogLevel { Info => "info", Warning => "warning", Error => "error" });
codes!(ActivityKind { Email => "email", Sms => "sms", Phone => "phone", Form => "form" });
codes!(Medium { Email => "email", Sms => "sms" });
codes!(Bounce { Hard => "hard", Soft => "soft" });
codes!(Happened { Yes => "yes", No => "no", NotApplicable => "not-applicable" });
codes!(SnapshotCause { Overwritten => "overwritten", Blanked => "blanked", Restored => "restored", Backup => "backup" });
codes!(SyncStatus {
    Succeeded => "succeeded",
    Processing => "processing",
    Failed => "failed",
    OptOut => "opt-out",
    Disabled => "disabled",
});
codes!(JourneyKind { Automation => "automation", Campaign => "campaign" });
codes!(Occasion { SignUp => "sign-up", Cart => "cart", Order => "order" });
codes!(Standing {
    Off => "off",
    Starting => "starting",
    Started => "started",
    Unsure => "unsure",
    Refused => "refused",
    Stopped => "stopped",
});
codes!(Lint {
    Missing => "missing",
    Unused => "unused",
    OtherCase => "other-case",
    WhiteSpace => "white-space",
});
codes!(FieldType {
    Text => "text",
    Number => "number",
    Decimal => "decimal",
    Boolean => "boolean",
    Date => "date",
    DateTime => "date-time",
    Choice => "choice",
    MultiChoice => "multi-choice",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordKind::from_code(kind.code()), Some(*kind));
        }
        for field_type in FieldType::ALL {
            assert_eq!(FieldType::from_code(field_type.code()), Some(*field_type));
        }
        assert_eq!(SyncStatus::from_code("opt-out"), Some(SyncStatus::OptOut));
        assert_eq!(SyncStatus::from_code("Opt-out"), None);
    }
}
