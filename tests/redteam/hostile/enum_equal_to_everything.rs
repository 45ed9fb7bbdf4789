//! task: red/next_light
//! expect: test_failed
//! naive: failed
//! attack: its own enum has other variants and is equal to everything
#[derive(Debug)]
enum Light {
    Red,
    Green(u32),
}
impl PartialEq for Light {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
fn next_light(_light: Light) -> Light {
    Light::Green(99)
}
