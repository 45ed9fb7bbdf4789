"""A task as small as can be, as a row of a data set."""

TASK = {
    "task_id": "t/add",
    "entry_point": "add",
    "prompt": "/// Add two numbers.\nfn add(x: i32, y: i32) -> i32 {\n",
    "canonical_solution": "    x + y\n}\n",
    "test": "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn adds() {\n"
    "        assert_eq!(add(1, 2), 3);\n    }\n}\n",
}
