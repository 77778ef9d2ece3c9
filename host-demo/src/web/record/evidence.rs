//! How an opt-in or an opt-out is known, in words (C22). The CRM keeps a code for it,
//! with the name of an automatic action and the user behind it where there are any.

use crate::{
    explain::Language,
    web::{
        operations,
        words::{fill, words},
    },
};

words! {
    struct EvidenceWords {
        form: "formulier", "form";
        import: "import", "import";
        command_line: "opdrachtregel", "command line";
        automatic_action: "automatische actie", "automatic action";
        manual_action: "opdracht van een gebruiker", "operation of a user";
        off_there: "uitgezet in Spotler", "switched off in Spotler";
        on_there: "aangezet in Spotler", "switched on in Spotler";
        by: ", door {}", ", by {}";
    }
}

/// An evidence as a person reads it; what somebody typed stands for itself.
pub(super) fn told(language: Language, evidence: &str) -> String {
    let w = EvidenceWords::of(language);
    if let Some(name) = evidence.strip_prefix("form ") {
        return format!("{} {name}", w.form);
    }
    let (said, user) = match evidence.rsplit_once(" by ") {
        Some((said, user)) => (said, Some(user)),
        None => (evidence, None),
    };
    let told = match said.strip_prefix("automatic-action ") {
        Some(name) => Some(format!("{} “{name}”", w.automatic_action)),
        None => of_code(language, said).map(str::to_owned),
    };
    match (told, user) {
        (None, _) => evidence.to_owned(),
        (Some(told), None) => told,
        (Some(told), Some(user)) => format!("{told}{}", fill(w.by, user)),
    }
}

/// The words for a code; none for what is no code.
fn of_code(language: Language, code: &str) -> Option<&'static str> {
    let w = EvidenceWords::of(language);
    Some(match code {
        "form" => w.form,
        "import" => w.import,
        "command line" => w.command_line,
        "automatic-action" => w.automatic_action,
        "manual-action" => w.manual_action,
        "switched-off-in-spotler" => w.off_there,
        "switched-on-in-spotler" => w.on_there,
        operation => return operations::known(language, operation),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C22: who is behind an opt-in is told in words, and no code is shown.
    #[test]
    fn a_code_is_told_in_words_with_its_action_and_its_user() {
        for (evidence, dutch, english) in [
            ("form", "formulier", "form"),
            ("form newsletter", "formulier newsletter", "form newsletter"),
            (
                "switched-off-in-spotler",
                "uitgezet in Spotler",
                "switched off in Spotler",
            ),
            ("automatic-action", "automatische actie", "automatic action"),
            (
                "automatic-action by admin",
                "automatische actie, door admin",
                "automatic action, by admin",
            ),
            (
                "automatic-action Welkom",
                "automatische actie “Welkom”",
                "automatic action “Welkom”",
            ),
            (
                "automatic-action Nieuw by ons by femke",
                "automatische actie “Nieuw by ons”, door femke",
                "automatic action “Nieuw by ons”, by femke",
            ),
            (
                "set-permissions by admin",
                "Permissies wijzigen, door admin",
                "Change permissions, by admin",
            ),
        ] {
            assert_eq!(told(Language::Dutch, evidence), dutch);
            assert_eq!(told(Language::English, evidence), english);
        }
    }

    #[test]
    fn what_somebody_typed_stands_for_itself() {
        for typed in ["letter of 3 May", "said by phone", ""] {
            assert_eq!(told(Language::Dutch, typed), typed);
        }
    }
}
