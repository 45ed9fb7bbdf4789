//! task: red/broken_rules
//! shape: functions of the tests in the fields of the prompt's struct
struct Rule {
    name: String,
    holds: Box<dyn Fn(i32) -> bool>,
}
fn broken_rules(rules: &[Rule], number: i32) -> Vec<String> {
    let mut broken = Vec::new();
    for Rule { name, holds } in rules {
        if !holds(number) && !holds(number) {
            broken.push(name.to_owned());
        }
    }
    broken
}
