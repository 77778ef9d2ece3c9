//! The stories of the three CRMs, each told from its beginning to its end with the real programs, which check every
//! claim themselves.

mod told;

use told::tell;

/// PV-01, PV-02, PV-05..PV-07, PV-13, PV-14, PV-16..PV-20, PV-24..PV-26, PV-28..PV-30, PV-34..PV-36, PV-38..PV-40,
/// PV-42..PV-47, PV-50
#[test]
fn the_story_of_perfectview_comes_out_as_its_document_tells_it() {
    tell("--profile", "perfectview");
}

/// YO-02, YO-03, YO-08, YO-10, YO-12..YO-15, YO-18..YO-22, YO-24..YO-28, YO-30..YO-32, YO-34..YO-37, YO-39, YO-43,
/// YO-44, YO-49, YO-51, YO-52
#[test]
fn the_story_of_yoobi_comes_out_as_its_document_tells_it() {
    tell("--profile", "yoobi");
}

/// DA-02, DA-04, DA-05, DA-08..DA-10, DA-12..DA-20, DA-25..DA-32, DA-34..DA-36, DA-38..DA-41, DA-44, DA-46..DA-55,
/// DA-58, DA-60..DA-66, DA-68..DA-71, DA-73, DA-74, DA-79
#[test]
fn the_story_of_dynamics_365_comes_out_as_its_document_tells_it() {
    tell("--profile", "dynamics365");
}
