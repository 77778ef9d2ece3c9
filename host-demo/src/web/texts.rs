//! The words of the pages, one file a language: `texts/nl.json`, `texts/en.json`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::{
    contract::{ActivityKind, Consent, Origin, RecordKind, RecordState, SyncStatus},
    explain::Language,
};

macro_rules! texts {
    ($($key:ident),+ $(,)?) => {
        /// All words of the pages in one language. Both files have exactly these.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Texts {
            $(pub(crate) $key: String),+
        }

        #[cfg(test)]
        impl Texts {
            fn all(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($key), self.$key.as_str())),+]
            }
        }
    };
}

texts!(
    product,
    overview,
    records,
    other_language,
    connection,
    connection_active,
    connection_inactive,
    explanation,
    mapping_saved,
    yes,
    no,
    by_status,
    status,
    reason,
    number,
    status_none,
    status_succeeded,
    status_processing,
    status_failed,
    status_opt_out,
    status_disabled,
    queue,
    queue_waiting,
    queue_retrying,
    queue_rejected,
    queue_next,
    log,
    log_empty,
    moment,
    message,
    search,
    search_hint,
    all,
    kind,
    kind_contact,
    kind_lead,
    kind_account,
    name,
    email,
    state,
    state_active,
    state_inactive,
    state_deleted,
    next_page,
    first_page,
    none_found,
    fields,
    gate,
    sync_enabled,
    mail,
    owner,
    relation,
    permissions,
    permission,
    consent,
    consent_unset,
    consent_given,
    consent_withdrawn,
    origin,
    origin_crm,
    origin_spotler,
    evidence,
    timeline,
    timeline_empty,
    activity_email,
    activity_sms,
    activity_phone,
    activity_form,
    history,
    history_empty,
    why,
    outcome,
    outcome_synced,
    outcome_skipped,
    outcome_deferred,
    outcome_rejected,
    outcome_conflict,
    outcome_fault,
    attempt,
    next_step,
    not_found,
    failed,
);

/// The words of a language.
pub(crate) fn texts(language: Language) -> &'static Texts {
    static DUTCH: OnceLock<Texts> = OnceLock::new();
    static ENGLISH: OnceLock<Texts> = OnceLock::new();
    let (cell, file) = match language {
        Language::Dutch => (&DUTCH, include_str!("../../texts/nl.json")),
        Language::English => (&ENGLISH, include_str!("../../texts/en.json")),
    };
    // Both files come with the program and are read by a test below.
    cell.get_or_init(|| serde_json::from_str(file).unwrap_or_default())
}

impl Texts {
    pub(crate) fn yes_no(&self, it: bool) -> &str {
        if it { &self.yes } else { &self.no }
    }

    pub(crate) fn status_of(&self, status: Option<SyncStatus>) -> &str {
        match status {
            None => &self.status_none,
            Some(SyncStatus::Succeeded) => &self.status_succeeded,
            Some(SyncStatus::Processing) => &self.status_processing,
            Some(SyncStatus::Failed) => &self.status_failed,
            Some(SyncStatus::OptOut) => &self.status_opt_out,
            Some(SyncStatus::Disabled) => &self.status_disabled,
        }
    }

    pub(crate) fn kind_of(&self, kind: RecordKind) -> &str {
        match kind {
            RecordKind::Contact => &self.kind_contact,
            RecordKind::Lead => &self.kind_lead,
            RecordKind::Account => &self.kind_account,
        }
    }

    pub(crate) fn state_of(&self, state: RecordState) -> &str {
        match state {
            RecordState::Active => &self.state_active,
            RecordState::Inactive => &self.state_inactive,
            RecordState::Deleted => &self.state_deleted,
        }
    }

    pub(crate) fn consent_of(&self, consent: Consent) -> &str {
        match consent {
            Consent::Unset => &self.consent_unset,
            Consent::Given => &self.consent_given,
            Consent::Withdrawn => &self.consent_withdrawn,
        }
    }

    pub(crate) fn origin_of(&self, origin: Origin) -> &str {
        match origin {
            Origin::Crm => &self.origin_crm,
            Origin::Spotler => &self.origin_spotler,
        }
    }

    pub(crate) fn activity_of(&self, kind: ActivityKind) -> &str {
        match kind {
            ActivityKind::Email => &self.activity_email,
            ActivityKind::Sms => &self.activity_sms,
            ActivityKind::Phone => &self.activity_phone,
            ActivityKind::Form => &self.activity_form,
        }
    }

    /// The word for what became of a call; none for one that is not known.
    pub(crate) fn outcome_of(&self, outcome: &str) -> Option<&str> {
        match outcome {
            "synced" => Some(&self.outcome_synced),
            "skipped" => Some(&self.outcome_skipped),
            "deferred" => Some(&self.outcome_deferred),
            "rejected" => Some(&self.outcome_rejected),
            "conflict" => Some(&self.outcome_conflict),
            "fault" => Some(&self.outcome_fault),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys_and_none_is_empty() {
        for file in [
            include_str!("../../texts/nl.json"),
            include_str!("../../texts/en.json"),
        ] {
            let texts: Texts = serde_json::from_str(file).expect("exactly the keys of `Texts`");
            for (key, text) in texts.all() {
                assert!(!text.trim().is_empty(), "{key}");
            }
        }
    }
}
