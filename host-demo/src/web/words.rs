//! The words of the pages: Dutch and English side by side, beside the page that
//! shows them. A word that lacks a language does not compile, and one that no
//! page shows is a warning.

use crate::{
    contract::{ActivityKind, Consent, FieldType, Origin, RecordKind, RecordState, SyncStatus},
    explain::Language,
};

/// Makes the words of a page: `key: "Dutch", "English";`.
macro_rules! words {
    ($(#[$note:meta])* struct $name:ident { $($key:ident: $dutch:literal, $english:literal;)+ }) => {
        $(#[$note])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $(pub(crate) $key: &'static str),+
        }

        impl $name {
            const DUTCH: Self = Self { $($key: $dutch),+ };
            const ENGLISH: Self = Self { $($key: $english),+ };

            /// The words in a language.
            pub(crate) fn of(language: $crate::explain::Language) -> &'static Self {
                match language {
                    $crate::explain::Language::Dutch => &Self::DUTCH,
                    $crate::explain::Language::English => &Self::ENGLISH,
                }
            }
        }

        #[cfg(test)]
        mod every_word {
            #[test]
            fn says_something_in_both_languages() {
                for (key, dutch, english) in [$((stringify!($key), $dutch, $english)),+] {
                    assert!(!dutch.trim().is_empty() && !english.trim().is_empty(), "{key}");
                    assert_eq!(dutch.contains('{'), english.contains('{'), "{key}");
                }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Words that more than one page shows.
    struct Words {
        product: "Koppel-demo", "Koppel demo";
        skip: "Naar de inhoud", "Skip to the content";
        navigation: "Hoofdmenu", "Main menu";
        menu: "Menu", "Menu";
        section_daily: "Dagelijks", "Every day";
        section_marketing: "Marketing", "Marketing";
        section_sync: "Synchronisatie", "Synchronisation";
        section_settings: "Instellingen", "Settings";
        other_language: "English", "Nederlands";
        log_out: "Uitloggen", "Log out";
        overview: "Overzicht", "Overview";
        records: "Contacten", "Contacts";
        tasks: "Taken", "Tasks";
        connection: "Verbinding", "Connection";
        mapping: "Mapping", "Mapping";
        preferences: "Systeemvoorkeuren", "System preferences";
        campaigns: "Campagnes", "Campaigns";
        mailings: "Mailings", "Mailings";
        journeys: "Automations", "Automations";
        forms: "Formulieren", "Forms";
        sales: "Verkoop", "Sales";
        actions: "Automatische acties", "Automatic actions";
        paused: "Te bevestigen", "To confirm";
        jobs: "Opdrachten", "Jobs";
        messages: "Berichten", "Messages";
        users: "Gebruikers", "Users";
        sign_up: "Aanmelden", "Sign-up";
        shop: "Winkel", "Shop";
        log: "Logboek", "Log";
        queue: "Wachtrij", "Queue";
        health: "Gezondheid", "Health";
        yes: "ja", "yes";
        no: "nee", "no";
        save: "Opslaan", "Save";
        cancel: "Annuleren", "Cancel";
        edit: "Wijzigen", "Edit";
        dry_run: "Laat zien wat er zou gebeuren", "Show what would happen";
        only_dry_run: "Alleen laten zien wat er zou gebeuren", "Only show what would happen";
        lists: "Marketinglijsten", "Marketing lists";
        all: "alle", "all";
        status: "Status", "Status";
        status_none: "Nooit gesynchroniseerd", "Never synced";
        status_succeeded: "Geslaagd", "Succeeded";
        status_processing: "In behandeling", "Processing";
        status_failed: "Mislukt", "Failed";
        status_opt_out: "Opt-out", "Opt-out";
        status_disabled: "Uitgeschakeld", "Disabled";
        reason: "Reden", "Reason";
        number: "Aantal", "Number";
        name: "Naam", "Name";
        email: "E-mail", "E-mail";
        kind: "Soort", "Kind";
        kind_contact: "contact", "contact";
        kind_lead: "lead", "lead";
        kind_account: "account", "account";
        state: "Toestand", "State";
        state_active: "actief", "active";
        state_inactive: "niet actief", "inactive";
        state_deleted: "verwijderd", "deleted";
        consent_unset: "niets gezegd", "nothing said";
        consent_given: "toestemming", "given";
        consent_withdrawn: "ingetrokken", "withdrawn";
        origin_crm: "het CRM", "the CRM";
        origin_spotler: "Spotler", "Spotler";
        activity_email: "e-mail", "e-mail";
        activity_sms: "sms", "text message";
        activity_phone: "telefoon", "phone";
        activity_form: "formulier", "form";
        outcome: "Uitkomst", "Outcome";
        outcome_synced: "gesynchroniseerd", "synced";
        outcome_skipped: "overgeslagen", "skipped";
        outcome_deferred: "uitgesteld", "deferred";
        outcome_rejected: "afgewezen", "rejected";
        outcome_conflict: "intussen gewijzigd, opnieuw", "changed meanwhile, again";
        outcome_fault: "storing", "fault";
        moment: "Moment (UTC)", "Moment (UTC)";
        message: "Melding", "Message";
        next_step: "Wat nu", "What next";
        next_page: "Volgende bladzijde", "Next page";
        first_page: "Eerste bladzijde", "First page";
        none_found: "Niets gevonden.", "Nothing found.";
        no_more: "Er is niet meer; dit was alles.", "There is no more; that was everything.";
        log_empty: "Er is nog niets gemeld.", "Nothing has been reported yet.";
        permission: "Permissie", "Permission";
        permissions: "Permissies", "Permissions";
        type_text: "tekst", "text";
        type_number: "getal", "number";
        type_decimal: "decimaal getal", "decimal number";
        type_boolean: "ja of nee", "yes or no";
        type_date: "datum", "date";
        type_date_time: "moment", "moment";
        type_choice: "keuze", "choice";
        type_multi_choice: "meer keuzes", "several choices";
        not_found: "Deze bladzijde bestaat niet.", "This page does not exist.";
        failed: "Er ging iets mis; het staat in het serverlogboek.",
            "Something went wrong; the server's log says what.";
        forbidden: "Hiervoor is het recht “spotler” nodig; een beheerder van het CRM kan het geven.",
            "This needs the right “spotler”; an administrator of the CRM can give it.";
        not_active: "De verbinding met Spotler is niet actief; maak haar eerst.",
            "The connection with Spotler is not active; make it first.";
        stale: "Dit formulier is verlopen; ga terug, ververs de bladzijde en probeer het opnieuw.",
            "This form has expired; go back, reload the page and try again.";
        too_large: "Dit formulier is te groot of onleesbaar.",
            "This form is too large, or cannot be read.";
        said_saved: "Opgeslagen.", "Saved.";
        said_unchanged: "Er is niets gewijzigd.", "Nothing was changed.";
        said_queued: "In de wachtrij gezet; de uitkomst verschijnt vanzelf.",
            "Queued; the outcome appears by itself.";
        said_done: "Gedaan.", "Done.";
        said_deleted: "Verwijderd.", "Deleted.";
    }
}

impl Words {
    pub(crate) fn yes_no(&self, it: bool) -> &'static str {
        if it { self.yes } else { self.no }
    }

    pub(crate) fn status_of(&self, status: Option<SyncStatus>) -> &'static str {
        match status {
            None => self.status_none,
            Some(SyncStatus::Succeeded) => self.status_succeeded,
            Some(SyncStatus::Processing) => self.status_processing,
            Some(SyncStatus::Failed) => self.status_failed,
            Some(SyncStatus::OptOut) => self.status_opt_out,
            Some(SyncStatus::Disabled) => self.status_disabled,
        }
    }

    pub(crate) fn kind_of(&self, kind: RecordKind) -> &'static str {
        match kind {
            RecordKind::Contact => self.kind_contact,
            RecordKind::Lead => self.kind_lead,
            RecordKind::Account => self.kind_account,
        }
    }

    pub(crate) fn state_of(&self, state: RecordState) -> &'static str {
        match state {
            RecordState::Active => self.state_active,
            RecordState::Inactive => self.state_inactive,
            RecordState::Deleted => self.state_deleted,
        }
    }

    pub(crate) fn consent_of(&self, consent: Consent) -> &'static str {
        match consent {
            Consent::Unset => self.consent_unset,
            Consent::Given => self.consent_given,
            Consent::Withdrawn => self.consent_withdrawn,
        }
    }

    pub(crate) fn origin_of(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Crm => self.origin_crm,
            Origin::Spotler => self.origin_spotler,
        }
    }

    pub(crate) fn activity_of(&self, kind: ActivityKind) -> &'static str {
        match kind {
            ActivityKind::Email => self.activity_email,
            ActivityKind::Sms => self.activity_sms,
            ActivityKind::Phone => self.activity_phone,
            ActivityKind::Form => self.activity_form,
        }
    }

    pub(crate) fn type_of(&self, field_type: FieldType) -> &'static str {
        match field_type {
            FieldType::Text => self.type_text,
            FieldType::Number => self.type_number,
            FieldType::Decimal => self.type_decimal,
            FieldType::Boolean => self.type_boolean,
            FieldType::Date => self.type_date,
            FieldType::DateTime => self.type_date_time,
            FieldType::Choice => self.type_choice,
            FieldType::MultiChoice => self.type_multi_choice,
        }
    }

    /// The word for what became of a call; a dash for one that is not known.
    pub(crate) fn outcome_of(&self, outcome: &str) -> &'static str {
        match outcome {
            "synced" => self.outcome_synced,
            "skipped" => self.outcome_skipped,
            "deferred" => self.outcome_deferred,
            "rejected" => self.outcome_rejected,
            "conflict" => self.outcome_conflict,
            "fault" => self.outcome_fault,
            _ => "–",
        }
    }
}

/// A sentence with its `{}` filled in.
pub(crate) fn fill(sentence: &str, value: impl std::fmt::Display) -> String {
    sentence.replacen("{}", &value.to_string(), 1)
}

/// The words for one, or those for any other number, filled in.
pub(crate) fn counted(number: u64, one: &'static str, many: &str) -> String {
    if number == 1 {
        one.to_owned()
    } else {
        fill(many, number)
    }
}

/// A language's other one.
pub(crate) fn other(language: Language) -> Language {
    match language {
        Language::Dutch => Language::English,
        Language::English => Language::Dutch,
    }
}
