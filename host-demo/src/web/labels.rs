//! What fields are called, and what is wrong with a value, in both languages.

use super::words::{fill, words};
use crate::{
    crm::{edit::RuleBroken, fields::Field, value::ValueProblem},
    explain::Language,
};

/// What a field is called. The CRM's own labels are Dutch; those of added fields
/// are as their maker wrote them.
pub(crate) fn label(language: Language, field: &Field) -> String {
    let english = match field.name.as_str() {
        "salutation" => "Salutation",
        "title" => "Title",
        "initials" => "Initials",
        "first_name" => "First name",
        "infix" => "Infix",
        "last_name" => "Last name",
        "job_title" => "Job title",
        "department" => "Department",
        "keywords" => "Keywords",
        "topic" => "Topic",
        "email" => "E-mail",
        "phone" => "Phone",
        "mobile" => "Mobile",
        "fax" => "Fax",
        "gender" => "Gender",
        "birth_date" => "Date of birth",
        "organisation" => "Organisation",
        "street" => "Street",
        "house_number" => "House number",
        "postal_code" => "Postal code",
        "city" => "City",
        "country" => "Country",
        "language" => "Preferred language",
        "primary" => "Primary contact of the relation",
        "note" => "Note",
        _ => return field.label.clone(),
    };
    match language {
        Language::Dutch => field.label.clone(),
        Language::English => english.to_owned(),
    }
}

words! {
    struct ProblemWords {
        missing: "“{}” mag niet leeg zijn.", "“{}” must not be empty.";
        unknown_field: "Dit soort contact heeft geen veld “{}”.",
            "This kind of contact has no field “{}”.";
        unknown_permission: "Het Spotler-account heeft geen permissie {}.",
            "The Spotler account has no permission {}.";
        opted_out_there: "Deze persoon heeft zich in Spotler afgemeld; dat is hier niet op te heffen. Maak het contact na een nieuwe aanmelding eerst in Spotler weer actief.",
            "This person opted out in Spotler; that cannot be lifted here. After a new opt-in, make the contact active again in Spotler first.";
        deleted: "Dit contact is verwijderd en kan niet meer gewijzigd worden.",
            "This contact was deleted and cannot be changed any more.";
        id: "Een nummer is 1 tot 200 bytes lang.", "An id is 1 to 200 bytes long.";
        exists: "Er is al een contact met dit nummer.", "There is a contact with this id already.";
        number: "“{}” is geen heel getal.", "“{}” is not a whole number.";
        decimal: "“{}” is geen decimaal getal zoals 12.50.",
            "“{}” is not a decimal number such as 12.50.";
        boolean: "“{}” is geen ja of nee.", "“{}” is neither yes nor no.";
        date: "“{}” is geen datum van de vorm jjjj-mm-dd.",
            "“{}” is not a date of the form yyyy-mm-dd.";
        moment: "“{}” is geen moment van de vorm jjjj-mm-ddTuu:mm:ss+00:00.",
            "“{}” is not a moment of the form yyyy-mm-ddThh:mm:ss+00:00.";
        choice: "“{}” is geen van de keuzes.", "“{}” is none of the options.";
        character: "“{}” bevat een teken dat geen tekst is.",
            "“{}” holds a character that is no text.";
        kind: "“{}” heeft een andere soort waarde dan het veld.",
            "“{}” has another type of value than the field.";
    }
}

/// What is wrong with a value; `field` is what the field is called.
pub(crate) fn value_problem(language: Language, field: &str, problem: ValueProblem) -> String {
    let words = ProblemWords::of(language);
    let sentence = match problem {
        ValueProblem::Number => words.number,
        ValueProblem::Decimal => words.decimal,
        ValueProblem::Boolean => words.boolean,
        ValueProblem::Date => words.date,
        ValueProblem::DateTime => words.moment,
        ValueProblem::Choice => words.choice,
        ValueProblem::Character => words.character,
        ValueProblem::Type => words.kind,
    };
    fill(sentence, field)
}

/// Which rule of the CRM a form breaks; `called` answers what a field is called.
pub(crate) fn rule_problem(
    language: Language,
    broken: &RuleBroken,
    called: impl Fn(&str) -> String,
) -> String {
    let words = ProblemWords::of(language);
    match broken {
        RuleBroken::Missing(field) => fill(words.missing, called(field)),
        RuleBroken::UnknownField(field) => fill(words.unknown_field, field),
        RuleBroken::Value { field, problem } => value_problem(language, &called(field), *problem),
        RuleBroken::UnknownPermission(bit) => fill(words.unknown_permission, bit),
        RuleBroken::OptedOutInSpotler => words.opted_out_there.to_owned(),
        RuleBroken::Deleted => words.deleted.to_owned(),
        RuleBroken::Id => words.id.to_owned(),
    }
}

/// There is a record with this id already.
pub(crate) fn exists(language: Language) -> String {
    ProblemWords::of(language).exists.to_owned()
}
