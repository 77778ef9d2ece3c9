//! The words that examples are made of; every combination is invented.

/// Given names and family names that go together.
#[derive(Debug)]
pub(crate) struct Names {
    /// Of a hundred people, how many bear such a name.
    pub(crate) share: usize,
    /// Given names of men.
    pub(crate) men: &'static [&'static str],
    /// Given names of women.
    pub(crate) women: &'static [&'static str],
    /// Family names, each behind its infix.
    pub(crate) families: &'static [(&'static str, &'static str)],
}

/// Names of the people that a Dutch CRM knows; the shares add up to 100.
pub(crate) const NAMES: [Names; 7] = [
    DUTCH, FRISIAN, TURKISH, MOROCCAN, SURINAMESE, POLISH, NEIGHBOURS,
];

#[rustfmt::skip]
const DUTCH: Names = Names {
    share: 52,
    men: &[
        "Jan", "Pieter", "Jeroen", "André", "René", "Joost", "Bas", "Daan", "Lars", "Ruud", "Gijs", "Thijs", "Maarten",
        "Wouter", "Koen", "Stijn", "Hugo", "Noël", "Rogier", "Sander", "Jan-Willem", "IJsbrand", "Matthé", "Teun",
    ],
    women: &[
        "Zoë", "Renée", "Anouk", "Marloes", "Chloë", "Sanne", "Lotte", "Fleur", "Eva", "Iris", "Inge", "Mariëlle",
        "Annemiek", "Joëlle", "Britt", "Noor", "Saskia", "Willemijn", "Esmée", "Loïs", "Anne-Fleur", "Daniëlle", "Cato",
    ],
    families: &[
        ("van", "Dijkhuizen"), ("van", "Eikelenburg"), ("van", "Ruisdonk"), ("van den", "Broekhof"),
        ("van den", "Heuvelman"), ("van der", "Lindehof"), ("van der", "Meulenkamp"), ("van der", "Zandschulp"),
        ("de", "Graafland"), ("de", "Wildeman"), ("de", "Bruinvis"), ("'t", "Hoofdland"), ("van 't", "Veldhuis"),
        ("van 't", "Zelfdewater"), ("ter", "Bruggenkate"), ("ter", "Horstink"), ("ten", "Bosscher"),
        ("op den", "Kampveld"), ("op 't", "Landje"), ("in 't", "Groen"), ("von", "Rabenau"), ("", "Bakkerman"),
        ("", "Jansenius"), ("", "Kuipershoek"), ("", "Smitskamp"), ("", "Mulderije"), ("", "Vermeersch"),
        ("", "Hoogendoornik"), ("", "Wijngaarden-Prins"), ("", "Ruïter"), ("", "Peeters-Coenradi"), ("", "IJzerman"),
    ],
};

#[rustfmt::skip]
const FRISIAN: Names = Names {
    share: 10,
    men: &["Sjoerd", "Wytze", "Jelle", "Tjeerd", "Douwe", "Sytse", "Hidde", "Rinse", "Ype"],
    women: &["Femke", "Wietske", "Sjoukje", "Tjitske", "Hylkje", "Nynke", "Froukje", "Jildou", "Baukje"],
    families: &[
        ("", "Hoekemastra"), ("", "Terpstrasma"), ("", "Brûnsma"), ("", "Wiersmastra"), ("", "Dykstrawald"),
        ("", "Sânstra"), ("", "Feddemasma"), ("van der", "Wâl"), ("", "Skûtstra"),
    ],
};

#[rustfmt::skip]
const TURKISH: Names = Names {
    share: 10,
    men: &["Mehmet", "Emre", "Oğuz", "Barış", "Çetin", "Yiğit", "Ömer", "Tarık"],
    women: &["Ayşe", "Elif", "Gülşen", "Özlem", "Şebnem", "Büşra", "İpek", "Sevgi"],
    families: &[("", "Çelikel"), ("", "Gülsever"), ("", "Yıldızhan"), ("", "Şahinoğlu"), ("", "Öztürkmen"), ("", "Aydınlık")],
};

#[rustfmt::skip]
const MOROCCAN: Names = Names {
    share: 10,
    men: &["Youssef", "Bilal", "Anouar", "Ilyas", "Saïd", "Hamza"],
    women: &["Samira", "Naïma", "Fatiha", "Ikram", "Loubna", "Hanane"],
    families: &[("el", "Amranoui"), ("el", "Haddadi"), ("", "Bouazzati"), ("", "Aït Lahoucine"), ("ben", "Yacoubi"), ("", "Ouchenane")],
};

#[rustfmt::skip]
const SURINAMESE: Names = Names {
    share: 8,
    men: &["Orlando", "Rishi", "Clyde", "Vinod", "Guno"],
    women: &["Priya", "Shanti", "Merlien", "Radjni", "Astrid"],
    families: &[("", "Ramdinsing"), ("", "Jagroepan"), ("", "Bihariesing"), ("", "Kensmilaan"), ("", "Zeefuiken"), ("", "Tjon A Loi")],
};

#[rustfmt::skip]
const POLISH: Names = Names {
    share: 6,
    men: &["Łukasz", "Paweł", "Michał", "Grzegorz"],
    women: &["Małgorzata", "Żaneta", "Agnieszka", "Bożena"],
    families: &[("", "Kowalczykiewicz"), ("", "Wiśniowiec"), ("", "Dąbrówka"), ("", "Zieliński-Dekker"), ("", "Gołąbek")],
};

#[rustfmt::skip]
const NEIGHBOURS: Names = Names {
    share: 4,
    men: &["Benoît", "François", "Jürgen", "Götz"],
    women: &["Hélène", "Françoise", "Käthe", "Jördis"],
    families: &[("", "Müllerhaus"), ("", "Lefèvrenne"), ("", "Großmannstal"), ("de la", "Brassière"), ("", "D'Hondtschool")],
};

/// Letters outside a to z, each with what an e-mail address writes for it.
#[rustfmt::skip]
pub(crate) const PLAIN_LETTERS: [(&str, &str); 15] = [
    ("áàâäãåą", "a"), ("çć", "c"), ("éèêëę", "e"), ("ğ", "g"), ("íìîïı", "i"), ("ł", "l"), ("ńñ", "n"), ("óòôöõø", "o"),
    ("śş", "s"), ("úùûü", "u"), ("ŷÿ", "y"), ("żź", "z"), ("ß", "ss"), (" ", "-"), ("'’.\u{307}", ""),
];

/// What an organisation does.
#[rustfmt::skip]
pub(crate) const TRADES: [&str; 16] = [
    "Bakkerij", "Bouwbedrijf", "Installatiebureau", "Kwekerij", "Adviesbureau", "Drukkerij", "Garage", "Stichting",
    "Coöperatie", "Zorggroep", "Transportbedrijf", "Administratiekantoor", "Makelaardij", "Softwarehuis", "Brouwerij", "Fietsenwinkel",
];

/// What an organisation is called.
#[rustfmt::skip]
pub(crate) const HOUSES: [&str; 23] = [
    "Voorbeeld", "Korenbloem", "De Linde", "Zonnehoek", "Noorderlicht", "Waterpoort", "Het Anker", "De Vlasgaard", "Zilverberk",
    "Havenzicht", "Meerzicht", "Oostenwind", "Eikenhof", "De Koperen Ketel", "Vuurtoren", "Het Wilgenbos", "Lindelaan",
    "De Drie Ruiters", "Polderblik", "Sterrenwacht", "De Zwaluw", "Rietland", "Morgenrood",
];

/// Legal forms, some of them none.
pub(crate) const LEGAL_FORMS: [&str; 6] = ["B.V.", "B.V.", "V.O.F.", "N.V.", "", ""];

/// Organisations whose domain has letters outside a to z: name, domain, index in [`PLACES`].
#[rustfmt::skip]
pub(crate) const INTERNATIONAL: [(&str, &str, usize); 8] = [
    ("Café Noord", "café-noord.example", 1), ("Bücher Müller GmbH", "bücher-müller.example", 22),
    ("Zoë Advies", "zoë-advies.example", 0), ("Großhandel Köln-Süd", "großhandel-köln-süd.example", 22),
    ("Crèche De Bij", "crèche-de-bij.example", 4), ("Pâtisserie Liégeoise", "pâtisserie-liégeoise.example", 20),
    ("Çınar Reizen", "çınar-reizen.example", 3), ("Skûtsje Ferhier", "skûtsje.example", 5),
];

/// A place with the country, its first postal code and its area code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The city.
    pub(crate) city: &'static str,
    /// NL, BE or DE.
    pub(crate) country: &'static str,
    /// The lowest number of its postal codes.
    pub(crate) postal_code: usize,
    /// Area code without the leading zero.
    pub(crate) area: &'static str,
}

const fn place(
    city: &'static str,
    country: &'static str,
    postal_code: usize,
    area: &'static str,
) -> Place {
    Place {
        city,
        country,
        postal_code,
        area,
    }
}

/// How many of [`PLACES`] are Dutch; they come first.
pub(crate) const DUTCH_PLACES: usize = 19;

/// Where organisations and people are.
pub(crate) const PLACES: [Place; 24] = [
    place("Utrecht", "NL", 3511, "30"),
    place("Amsterdam", "NL", 1011, "20"),
    place("Rotterdam", "NL", 3011, "10"),
    place("Den Haag", "NL", 2511, "70"),
    place("Groningen", "NL", 9711, "50"),
    place("Leeuwarden", "NL", 8911, "58"),
    place("Eindhoven", "NL", 5611, "40"),
    place("Tilburg", "NL", 5011, "13"),
    place("Enschede", "NL", 7511, "53"),
    place("Nijmegen", "NL", 6511, "24"),
    place("Lelystad", "NL", 8211, "320"),
    place("Drachten", "NL", 9201, "512"),
    place("'s-Hertogenbosch", "NL", 5211, "73"),
    place("Zwolle", "NL", 8011, "38"),
    place("Maastricht", "NL", 6211, "43"),
    place("Sneek", "NL", 8601, "515"),
    place("Middelburg", "NL", 4331, "118"),
    place("Breda", "NL", 4811, "76"),
    place("Súdwest-Fryslân", "NL", 8701, "515"),
    place("Gent", "BE", 9000, "9"),
    place("Liège", "BE", 4000, "4"),
    place("Antwerpen", "BE", 2000, "3"),
    place("Köln", "DE", 50667, "221"),
    place("Münster", "DE", 48143, "251"),
];

/// Dutch streets.
#[rustfmt::skip]
pub(crate) const STREETS: [&str; 20] = [
    "Dorpsstraat", "Kerkstraat", "Stationsweg", "Molenweg", "Burg. Voorbeeldlaan", "Prinses Beatrixstraat", "Lange Nieuwstraat",
    "'t Zand", "Nieuwe Gracht", "IJsselkade", "Plein 1945", "2e Oosterparkpad", "Van Voorbeeldstraat", "Havenstraat", "Beukenlaan",
    "Coöperatiestraat", "Oude Rijksweg", "Achter de Hoven", "Industrieweg", "Meidoornhof",
];

/// Belgian streets.
pub(crate) const BELGIAN_STREETS: [&str; 3] = ["Rue de l'Église", "Veldstraat", "Korenmarkt"];

/// German streets.
pub(crate) const GERMAN_STREETS: [&str; 3] = ["Königsallee", "Große Budengasse", "Schloßstraße"];

/// Job titles, some of them none.
#[rustfmt::skip]
pub(crate) const JOBS: [&str; 14] = [
    "", "", "", "Directeur", "Teamleider", "Inkoper", "Hoofd inkoop", "Office manager", "Marketeer", "Adviseur", "Financieel medewerker",
    "Projectleider", "Eigenaar", "HR-manager",
];

/// Domains of people without an organisation.
pub(crate) const PRIVATE_DOMAINS: [&str; 5] = [
    "example.nl",
    "example.org",
    "example.com",
    "thuispost.example",
    "post.example",
];

/// User names of the CRM's users.
pub(crate) const OWNERS: [&str; 6] = ["femke", "joost", "mehmet", "priya", "sanne", "wouter"];

/// Spotler's permissions in the demo account.
#[rustfmt::skip]
pub(crate) const PERMISSIONS: [&str; 8] = [
    "Maandelijkse nieuwsbrief", "Kwartaal nieuwsbrief", "Beheerder", "Prospect Lost - geen contact", "Download e-book",
    "Prospect uitstel", "Prospect lost - geen interesse", "Onboarding",
];

/// What a lead is about.
#[rustfmt::skip]
pub(crate) const TOPICS: [&str; 8] = [
    "Interesse in de najaarsactie", "Offerte voor tien werkplekken, levering in mei", "Aanvraag brochure", "Beurscontact",
    "Wil overstappen, contract loopt af in december", "Vraagt om een demonstratie", "Aangebracht door een klant", "Download van het e-book",
];

/// Notes on contacts and accounts.
#[rustfmt::skip]
pub(crate) const NOTES: [&str; 7] = [
    "Belt liever 's middags, na 14:00 uur", "Gesproken op de beurs; stuurt zelf een mail", "Zei: \"graag pas na de vakantie\"",
    "Werkt dinsdag en donderdag", "Factuur altijd per post, niet per mail", "Kent ons via een collega", "Contract t/m 31-12",
];
