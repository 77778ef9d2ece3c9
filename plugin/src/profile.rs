//! The choices in which CRMs differ: data, not code. A vendor adds a CRM by
//! writing such a document (`docs/profiles.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::connection::ProfileChoice;
use crate::crm::{RecordKind, RecordRef};
use crate::follow_up::FollowUp;
use crate::spotler::provisional::Provisional;

/// The profiles that the component brings along.
pub const NAMES: [&str; 4] = ["default", "perfectview", "yoobi", "dynamics365"];

/// Which records are synced at all (C5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Those that carry the Spotler attribute (PV-14).
    Attribute,
    /// Those that a user has linked (YO-10, YO-11).
    Linked,
    /// All (DA-04).
    All,
}

/// When the first contact may be written (YO-14, C6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// As soon as the connection is active.
    OnActivation,
    /// When a user has saved the mapping, or links a contact by hand.
    OnMappingSaved,
}

/// What a reactivated record gets back (C1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reactivation {
    /// Nothing: it stays inactive in Spotler (YO-25).
    Never,
    /// What the CRM had and no opt-out in Spotler has overruled (DA-23).
    Restore,
}

/// How the ids look under which Spotler knows our records (C30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExternalIds {
    /// The CRM's own id, for CRMs whose ids are unique over all kinds.
    Plain,
    /// The kind in front of it: `lead-12`.
    WithKind,
}

/// Whether a list in Spotler may change once it is made (C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListPolicy {
    /// Members may be added to it (DA-51).
    MutableMembers,
    /// Never: what is exported later goes to a new list (PV-29, PV-30).
    NewListEveryExport,
}

/// What a marketing list becomes in Spotler where it does not say so itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListForm {
    /// A static list (DA-44).
    #[default]
    StaticList,
    /// An audience, in accounts that have them (C19).
    Audience,
}

impl ListForm {
    /// The word for it, as profiles have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::StaticList => "static-list",
            Self::Audience => "audience",
        }
    }
}

/// What a text message becomes in the timeline (DA-69).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmsActivity {
    /// A text message.
    #[default]
    Sms,
    /// A phone call, for CRMs that know no text messages.
    Phone,
}

/// What feedback can write into a field of the CRM: a moment (DA-65).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrichment {
    /// When the person was last sent something.
    LastReceived,
    /// When the person last opened something.
    LastOpened,
    /// When the person last followed a link.
    LastClicked,
    /// When the person last filled in a form.
    LastFormFilledIn,
}

/// One set of choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Which records are synced.
    pub gate: Gate,
    /// When the first contact may be written.
    pub starts: Starts,
    /// What a reactivated record gets back.
    pub reactivation: Reactivation,
    /// How our ids look.
    pub external_ids: ExternalIds,
    /// Whether a permission that an automatic action switches on counts as an
    /// opt-in of its own (C22).
    pub actions_are_opt_ins: bool,
    /// Whether a list in Spotler may change once it is made.
    #[serde(default = "mutable_members")]
    pub list_policy: ListPolicy,
    /// What a marketing list becomes in Spotler.
    #[serde(default)]
    pub list_form: ListForm,
    /// Whether a journey that a rule or a user of the CRM starts reaches somebody
    /// who opted out of bulk mail in the CRM (C3).
    #[serde(default)]
    pub starts_journeys_after_opt_out: bool,
    /// Paths of the newer API that are not publicly described.
    #[serde(default)]
    pub provisional: Provisional,
    /// What a text message becomes in the timeline.
    #[serde(default)]
    pub sms_activity: SmsActivity,
    /// Which feedback is written into which field of the CRM; nothing else is
    /// (DA-65).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub enrichment: BTreeMap<Enrichment, String>,
    /// Which feedback becomes a task for the owner (RE-21..RE-23, RE-32).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_up: Vec<FollowUp>,
    /// The meanings of the fields that the automatic mapping maps, for each
    /// kind (YO-18, DA-08..DA-14).
    pub mapped: BTreeMap<RecordKind, Vec<String>>,
}

/// Profiles and connections of before had no such choice.
fn mutable_members() -> ListPolicy {
    ListPolicy::MutableMembers
}

impl Profile {
    /// Reads a choice; the error says what is wrong with the document.
    pub fn of(choice: &ProfileChoice) -> Result<Self, String> {
        let text = match choice {
            ProfileChoice::Custom(text) => text.as_str(),
            ProfileChoice::Named(name) => match name.as_str() {
                "default" => include_str!("../profiles/default.json"),
                "perfectview" => include_str!("../profiles/perfectview.json"),
                "yoobi" => include_str!("../profiles/yoobi.json"),
                "dynamics365" => include_str!("../profiles/dynamics365.json"),
                _ => {
                    return Err(format!(
                        "there is no profile of that name; known are {NAMES:?}"
                    ));
                }
            },
        };
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The id under which Spotler shall know a record that we create.
    pub fn external_id(&self, reference: &RecordRef) -> String {
        match self.external_ids {
            ExternalIds::Plain => reference.id.clone(),
            ExternalIds::WithKind => format!("{}-{}", reference.kind.word(), reference.id),
        }
    }

    /// Whether the automatic mapping maps a field with this meaning.
    pub fn maps(&self, kind: RecordKind, meaning: &str) -> bool {
        self.mapped
            .get(&kind)
            .is_some_and(|it| it.iter().any(|mapped| mapped == meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_by_name_can_be_read_and_carries_its_name() {
        for name in NAMES {
            let profile = Profile::of(&ProfileChoice::Named(name.to_owned())).expect("readable");
            assert_eq!(profile.name, name);
        }
    }

    #[test]
    fn a_misspelt_choice_in_a_profile_is_refused() {
        let text = include_str!("../profiles/default.json").replace("\"gate\"", "\"gaet\"");
        let error = Profile::of(&ProfileChoice::Custom(text)).expect_err("refused");
        assert!(error.contains("gaet"), "{error}");
    }

    /// C30
    #[test]
    fn ids_of_two_kinds_do_not_collide_where_the_profile_says_so() {
        let profile = Profile::of(&ProfileChoice::Named("default".into())).expect("readable");
        let contact = RecordRef {
            kind: RecordKind::Contact,
            id: "12".into(),
        };
        let lead = RecordRef {
            kind: RecordKind::Lead,
            id: "12".into(),
        };
        assert_ne!(profile.external_id(&contact), profile.external_id(&lead));
    }

    /// C2
    #[test]
    fn only_perfectview_never_changes_a_list() {
        let fixed = NAMES.into_iter().filter(|name| {
            let profile = Profile::of(&ProfileChoice::Named((*name).into())).expect("readable");
            profile.list_policy == ListPolicy::NewListEveryExport
        });
        assert_eq!(fixed.collect::<Vec<_>>(), ["perfectview"]);
    }

    /// C5
    #[test]
    fn the_three_sources_have_three_gates() {
        let gates = ["perfectview", "yoobi", "dynamics365"].map(|name| {
            Profile::of(&ProfileChoice::Named(name.into()))
                .expect("readable")
                .gate
        });
        assert_eq!(gates, [Gate::Attribute, Gate::Linked, Gate::All]);
    }
}
