//! What a person reads for the codes that the host itself gives: a call that
//! failed before the component could answer.

use crate::contract::CodeText;

/// Code, Dutch, English, and what to do next in both.
const TEXTS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "component-fault",
        "De koppeling is acht keer vastgelopen op dit record.",
        "The connector failed on this record eight times.",
        "Meld het bij de leverancier en probeer het daarna opnieuw.",
        "Report it to the vendor, then try again.",
    ),
    (
        "campaign-queued",
        "Campagne {campaign}: {selected} relaties in de wachtrij gezet.",
        "Campaign {campaign}: {selected} relations queued.",
        "",
        "",
    ),
    (
        "hook-not-offered",
        "Deze versie van de koppeling kan dit nog niet.",
        "This version of the connector cannot do this yet.",
        "Werk de koppeling bij.",
        "Update the connector.",
    ),
    (
        "records-done",
        "Gelukt voor alle {records} records.",
        "Done for all {records} records.",
        "",
        "",
    ),
    (
        "records-failed",
        "Mislukt voor {failed} van {records} records.",
        "Failed for {failed} of {records} records.",
        "Bekijk de opdracht: per record staat er wat er mis is.",
        "Look at the job: it says for every record what is wrong.",
    ),
    (
        "bulk-not-saved",
        "Niet opgeslagen, veld {field}: {rule}.",
        "Not saved, field {field}: {rule}.",
        "Wijzig dit record zelf.",
        "Change this record by itself.",
    ),
    (
        "no-such-record",
        "Het record bestaat niet meer.",
        "The record does not exist any more.",
        "",
        "",
    ),
    (
        "guard-paused",
        "Gepauzeerd; wachten op bevestiging: {records} (nummer {run}).",
        "Paused; waiting for a confirmation: {records} (number {run}).",
        "Bekijk ze onder “Te bevestigen”, en bevestig of wijs af.",
        "Look at them under “To confirm”, and confirm or reject.",
    ),
    (
        "confirmed-by-a-person",
        "Bevestigd; staat in de wachtrij.",
        "Confirmed; waiting in the queue.",
        "",
        "",
    ),
    (
        "rejected-by-a-person",
        "Afgewezen bij de controle ({run}); Spotler is niet gewijzigd.",
        "Rejected at the check ({run}); nothing was changed in Spotler.",
        "Herstel het record in het CRM, of bied de wijziging opnieuw aan.",
        "Restore the record in the CRM, or hand the change in again.",
    ),
    (
        "no-settings",
        "De instellingen van de koppeling zijn nog niet opgeslagen.",
        "The settings of the connection have not been saved yet.",
        "Sla de instellingen op.",
        "Save the settings.",
    ),
    (
        "trap",
        "De koppeling is vastgelopen; er wordt opnieuw geprobeerd.",
        "The connector failed; it is tried again.",
        "",
        "",
    ),
    (
        "stack-overflow",
        "De koppeling gebruikte te veel geheugen; er wordt opnieuw geprobeerd.",
        "The connector used too much memory; it is tried again.",
        "",
        "",
    ),
    (
        "limit-or-trap",
        "De koppeling is gestopt; er wordt opnieuw geprobeerd.",
        "The connector was stopped; it is tried again.",
        "",
        "",
    ),
    (
        "limit-compute",
        "De koppeling rekende te lang; er wordt opnieuw geprobeerd.",
        "The connector computed for too long; it is tried again.",
        "",
        "",
    ),
    (
        "limit-reads",
        "De koppeling las te veel; er wordt opnieuw geprobeerd.",
        "The connector read too much; it is tried again.",
        "",
        "",
    ),
    (
        "limit-memory",
        "De koppeling gebruikte te veel geheugen; er wordt opnieuw geprobeerd.",
        "The connector used too much memory; it is tried again.",
        "",
        "",
    ),
    (
        "limit-tables",
        "De koppeling gebruikte te veel geheugen; er wordt opnieuw geprobeerd.",
        "The connector used too much memory; it is tried again.",
        "",
        "",
    ),
    (
        "limit-resources",
        "De koppeling hield te veel tegelijk vast; er wordt opnieuw geprobeerd.",
        "The connector held too many things at once; it is tried again.",
        "",
        "",
    ),
    (
        "limit-handed-over",
        "De koppeling gaf te veel gegevens tegelijk; er wordt opnieuw geprobeerd.",
        "The connector handed over too much at once; it is tried again.",
        "",
        "",
    ),
    (
        "limit-host-calls",
        "De koppeling vroeg te veel van het CRM; er wordt opnieuw geprobeerd.",
        "The connector asked too much of the CRM; it is tried again.",
        "",
        "",
    ),
    (
        "too-many-changes",
        "De koppeling vroeg te veel wijzigingen tegelijk.",
        "The connector asked for too many changes at once.",
        "",
        "",
    ),
    (
        "code-malformed",
        "Het antwoord van de koppeling voldoet niet aan de afspraak (code).",
        "The connector's answer does not keep to the contract (code).",
        "",
        "",
    ),
    (
        "facts-malformed",
        "Het antwoord van de koppeling voldoet niet aan de afspraak (feiten).",
        "The connector's answer does not keep to the contract (facts).",
        "",
        "",
    ),
    (
        "record-malformed",
        "Het antwoord van de koppeling voldoet niet aan de afspraak (record).",
        "The connector's answer does not keep to the contract (record).",
        "",
        "",
    ),
    (
        "key-malformed",
        "Het antwoord van de koppeling voldoet niet aan de afspraak (sleutel).",
        "The connector's answer does not keep to the contract (key).",
        "",
        "",
    ),
    (
        "call-timeout",
        "Het duurde te lang; er wordt opnieuw geprobeerd.",
        "It took too long; it is tried again.",
        "",
        "",
    ),
    (
        "answer-too-long",
        "Het antwoord van de koppeling was te lang.",
        "The connector's answer was too long.",
        "",
        "",
    ),
    (
        "cursor-too-long",
        "Het antwoord van de koppeling was te lang.",
        "The connector's answer was too long.",
        "",
        "",
    ),
    (
        "too-many-to-sync-again",
        "De koppeling vroeg te veel records tegelijk aan.",
        "The connector asked for too many records at once.",
        "",
        "",
    ),
    (
        "change-impossible",
        "Het CRM kan een wijziging van de koppeling niet uitvoeren.",
        "The CRM cannot carry out a change that the connector asks for.",
        "",
        "",
    ),
    (
        "sync-again-impossible",
        "De koppeling vroeg een record aan dat niet bestaat.",
        "The connector asked for a record that does not exist.",
        "",
        "",
    ),
    (
        "crm-unavailable",
        "Het CRM kon niet gelezen worden; er wordt opnieuw geprobeerd.",
        "The CRM could not be read; it is tried again.",
        "",
        "",
    ),
    (
        "store-unavailable",
        "Het geheim van de koppeling kon niet gelezen worden; er wordt opnieuw geprobeerd.",
        "The connection's secret could not be read; it is tried again.",
        "Controleer de sleutel KOPPEL_KEY.",
        "Check the key KOPPEL_KEY.",
    ),
    (
        "read-has-changed",
        "Er is intussen iets gewijzigd; er wordt opnieuw gekeken.",
        "Something changed in the meantime; it is looked at again.",
        "",
        "",
    ),
];

/// The texts of the host's own codes.
pub(super) fn texts() -> impl Iterator<Item = CodeText> {
    TEXTS
        .iter()
        .map(|(code, nl, en, next_nl, next_en)| CodeText {
            code: (*code).to_owned(),
            nl: (*nl).to_owned(),
            en: (*en).to_owned(),
            next_nl: (*next_nl).to_owned(),
            next_en: (*next_en).to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_host_has_both_languages_and_stands_once() {
        for text in texts() {
            assert!(!text.nl.is_empty() && !text.en.is_empty(), "{}", text.code);
            assert_eq!(
                text.next_nl.is_empty(),
                text.next_en.is_empty(),
                "{}",
                text.code
            );
            assert_eq!(
                texts().filter(|it| it.code == text.code).count(),
                1,
                "{}",
                text.code
            );
        }
    }

    /// The embedding gives no code that a person could not read.
    #[test]
    fn every_failure_of_the_embedding_has_a_text() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("embedding/src");
        let mut codes = Vec::new();
        for file in [
            "answer.rs",
            "attempt.rs",
            "bounds.rs",
            "calls.rs",
            "faults.rs",
            "reads.rs",
        ] {
            let source = std::fs::read_to_string(folder.join(file)).expect("a source file");
            for before in [
                "Component(",
                "Host(",
                "Passed(",
                "Err(",
                "rejected_by_host(",
            ] {
                let opening = format!("{before}\"");
                let found = source.split(&opening).skip(1);
                codes.extend(found.filter_map(|it| it.split_once('"').map(|it| it.0.to_owned())));
            }
        }
        assert!(codes.len() > 15, "{codes:?}");
        for code in codes.iter().filter(|it| !it.contains(' ')) {
            assert!(texts().any(|it| it.code == *code), "{code} has no text");
        }
    }
}
