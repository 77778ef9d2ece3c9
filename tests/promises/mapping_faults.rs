//! Whatever cuts the sync off that follows a saved mapping, it ends as if nothing
//! had.

use koppel_tests::{Stage, World, spotler};
use serde_json::Value;

use crate::mapping::{linked_people, mapping_with};
use crate::support::{assert_same, both_sides, to_the_end_through_cuts};

/// Six linked contacts, three of them with a value in the field that is mapped then.
async fn enter(stage: &mut Stage) -> &mut World {
    let linked = async |world: &mut World| linked_people(world, 6, 3).await;
    stage.enter_as("six", spotler(), "default", linked).await
}

/// Saves the mapping and works to the end; the first life is cut off after so many
/// steps, the further ones as `cut_next` says. Both sides in the end, and how many
/// cuts there were.
async fn saved(
    world: &mut World,
    first: Option<u64>,
    cut_next: impl FnMut() -> Option<u64>,
) -> (Value, usize) {
    let rows = mapping_with(world, &[("job_title", Some("jobTitle"))]).await;
    world.host.save_mapping(rows).await.expect("queued");
    if let Some(steps) = first {
        world.host.embedding().faults().cut_after(steps);
    }
    let cuts = to_the_end_through_cuts(world, cut_next).await;
    let contacts = world.sim.contacts();
    let titled = contacts.iter().filter(|it| it.text("jobTitle").is_some());
    assert_eq!(titled.count(), 3, "{first:?}");
    assert_eq!(world.sim.breaches(), [], "{first:?}");
    (in_one_word(&both_sides(world).await), cuts)
}

/// A record whose call was cut off is looked at once more, and is in step then: that
/// is another word for the same end.
fn in_one_word(whole: &Value) -> Value {
    let mut text = whole.to_string();
    for word in ["created", "updated", "in-step"] {
        text = text.replace(&format!("\"reason\":\"{word}\""), "\"reason\":\"synced\"");
    }
    serde_json::from_str(&text).expect("JSON")
}

/// YO-13, C17: cut off at every step that the host takes, and resumed.
#[tokio::test]
async fn a_saved_mapping_that_is_cut_off_at_any_step_ends_in_the_same_state() {
    let mut stage = Stage::open().await;
    let undisturbed = saved(enter(&mut stage).await, None, || None).await.0;
    let mut cut_at = 1;
    loop {
        let (state, cuts) = saved(enter(&mut stage).await, Some(cut_at), || None).await;
        assert_same(&state, &undisturbed, &format!("cut off at step {cut_at}"));
        if cuts == 0 {
            break;
        }
        cut_at += 1;
    }
    assert!(cut_at > 60, "{cut_at} steps are too few to sync six");
}

/// YO-13, C17: cut off again and again, each life a little longer than the one
/// before.
#[tokio::test]
async fn a_saved_mapping_that_is_cut_off_again_and_again_ends_in_the_same_state() {
    let mut stage = Stage::open().await;
    let undisturbed = saved(enter(&mut stage).await, None, || None).await.0;
    let mut life = 5;
    let longer = || {
        life += 5;
        Some(life)
    };
    let (state, cuts) = saved(enter(&mut stage).await, Some(5), longer).await;
    assert_same(&state, &undisturbed, "cut off again and again");
    assert!(cuts > 3, "{cuts} cuts");
}
