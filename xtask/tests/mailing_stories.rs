//! The stories of mailings that the demo tells: each checks what it claims, so each is a test as it stands.

mod told;

use told::tell;

/// PV-16..PV-29, PV-31, PV-33, PV-36..PV-38, PV-42, PV-43, PV-51: 2,501 relations wait for the evening, small
/// campaigns do not wait for them, the list has exactly its name and people, and the mailing's results come back.
#[test]
fn the_story_of_a_campaign_comes_out_as_it_says() {
    tell("--story", "campaign");
}

/// AU-01, AU-03..AU-05, AU-07, AU-08, AU-10..AU-14, AU-17, AU-24..AU-32, DA-64: the four examples, by
/// hand and by themselves, at most once, and what Spotler refuses.
#[test]
fn the_story_of_journeys_comes_out_as_it_says() {
    tell("--story", "journeys");
}

/// RE-01..RE-03, RE-05..RE-12, RE-14..RE-20, RE-22, RE-24, RE-25, RE-27..RE-39, RE-42, RE-43, DA-65, DA-66,
/// DA-68..DA-70: figures, who did what, participations, text messages, forms, the card, and five days off that are
/// caught up once.
#[test]
fn the_story_of_results_comes_out_as_it_says() {
    tell("--story", "reports");
}
