//! Common generic code of std, instantiated once here so that no batch has to compile it again.
//!
//! rustc uses the instances of an upstream crate, if both are built without optimisation. The code
//! here never runs and computes nothing of use: it only names the functions that completions call,
//! at the types they use. This saves about a fifth of the cost of compiling a batch
//! (docs/performance/scoring.md).
#![expect(
    unused_must_use,
    clippy::explicit_iter_loop,
    clippy::get_first,
    clippy::iter_cloned_collect,
    clippy::iter_next_slice,
    clippy::iter_nth_zero,
    clippy::many_single_char_names,
    clippy::needless_pass_by_value,
    clippy::needless_range_loop,
    clippy::partialeq_to_none,
    clippy::single_char_pattern,
    clippy::uninlined_format_args,
    clippy::useless_format,
    reason = "this is the code that completions write, and each form has instances of its own"
)]

use crate::{Get, Put, Reader};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hint::black_box;
use std::ops::AddAssign;

fn ordered<T: Clone + PartialEq + PartialOrd + Ord + std::fmt::Debug>(items: &[T], one: T) -> bool {
    let mut v = common(items, one.clone());
    v.sort();
    v.sort_unstable();
    v.dedup();
    v.iter().max().is_some()
        | v.iter().min().is_some()
        | v.clone().into_iter().max().is_some()
        | v.clone().into_iter().min().is_some()
        | v.binary_search(&one).is_ok()
}

fn common<T: Clone + PartialEq + PartialOrd + std::fmt::Debug>(items: &[T], one: T) -> Vec<T> {
    let mut v: Vec<T> = Vec::new();
    let mut w: Vec<T> = Vec::with_capacity(3);
    v.push(one.clone());
    w.push(one.clone());
    v.insert(0, one.clone());
    v.pop();
    v.remove(0);
    v.extend(items.iter().cloned());
    v.extend_from_slice(items);
    v.extend(w.clone());
    for x in v.iter() {
        black_box(x);
    }
    for x in &v {
        black_box(x);
    }
    for x in v.iter_mut() {
        black_box(x);
    }
    for x in v.clone() {
        black_box(x);
    }
    for (i, x) in v.iter().enumerate() {
        black_box((i, x));
    }
    for (i, x) in v.clone().into_iter().enumerate() {
        black_box((i, x));
    }
    for i in 0..v.len() {
        black_box(&v[i]);
    }
    for x in v.iter().rev() {
        black_box(x);
    }
    for x in v.windows(2) {
        black_box(x);
    }
    for x in items {
        black_box(x);
    }
    v.reverse();
    v.swap(0, 0);
    v.truncate(9);
    v.contains(&one);
    v.first();
    v.last();
    v.get(0);
    v.is_empty();
    v.len();
    let s = &v[0..];
    let t = &v[..0];
    let u = v[1..].to_vec();
    black_box((s, t, u));
    let a: Vec<T> = items.iter().cloned().collect();
    let b: Vec<T> = items.to_vec();
    let c: Vec<&T> = items.iter().collect();
    let d: Vec<T> = v.clone().into_iter().rev().collect();
    let e: Vec<T> = items.iter().rev().cloned().collect();
    let f: VecDeque<T> = items.iter().cloned().collect();
    black_box((a == b, c, d, e, f, format!("{:?}", b)));
    let o: Option<T> = v.iter().next().cloned();
    black_box((o.clone().unwrap_or(one.clone()), o.is_some(), o == None));
    let o: Option<&T> = v.iter().next();
    black_box(o.unwrap());
    v.drain(..).count();
    v.clear();
    v.append(&mut w);
    v
}

fn keyed<K: Clone + Eq + std::hash::Hash + Ord + std::fmt::Debug>(k: K) {
    counted(k.clone(), 1i32);
    counted(k.clone(), 1isize);
    counted(k.clone(), 1usize);
    let mut s: HashSet<K> = HashSet::new();
    s.insert(k.clone());
    s.contains(&k);
    s.len();
    for a in &s {
        black_box(a);
    }
    let v: Vec<K> = s.into_iter().collect();
    black_box(v);
    let s: HashSet<K> = vec![k.clone()].into_iter().collect();
    black_box(s);
    let mut s: BTreeSet<K> = BTreeSet::new();
    s.insert(k.clone());
    let v: Vec<K> = s.into_iter().collect();
    black_box(v);
}

fn counted<K, V>(k: K, one: V)
where
    K: Clone + Eq + std::hash::Hash + Ord + std::fmt::Debug,
    V: Copy + Ord + AddAssign,
{
    let mut m: HashMap<K, V> = HashMap::new();
    *m.entry(k.clone()).or_insert(one) += one;
    m.insert(k.clone(), one);
    m.get(&k);
    m.contains_key(&k);
    for (a, b) in &m {
        black_box((a, b));
    }
    for (a, b) in m.iter() {
        black_box((a, b));
    }
    for (a, b) in m.clone() {
        black_box((a, b));
    }
    m.values().max();
    m.keys().count();
    m.len();
    let mut m: BTreeMap<K, V> = BTreeMap::new();
    *m.entry(k.clone()).or_insert(one) += one;
    m.insert(k.clone(), one);
    m.get(&k);
    for (a, b) in &m {
        black_box((a, b));
    }
}

/// Carry a type as shims do, alone and in the containers of the signatures of public task sets.
fn carried<T: Put + Get>() {
    carry::<T>();
    carry::<Vec<T>>();
}

fn carried_in_more<T: Put + Get>() {
    carried::<T>();
    carry::<Vec<Vec<T>>>();
    carry::<Option<T>>();
    carry::<(T, T)>();
}

fn carry<T: Put + Get>() {
    let value: T = Reader::new(&[]).arg();
    value.put(&mut Vec::new());
}

/// Name all of the above, so that it is compiled.
#[inline(never)]
pub fn instantiate(text: &str, texts: &[String], strs: &[&str]) {
    ordered(&[1i32], 1);
    ordered(&[1i64], 1);
    ordered(&[1u32], 1);
    ordered(&[1u64], 1);
    ordered(&[1usize], 1);
    ordered(&[1isize], 1);
    ordered(&[1u8], 1);
    ordered(&['a'], 'a');
    ordered(&[true], true);
    ordered(texts, String::new());
    ordered(strs, "");
    common(&[1f32], 1.0);
    common(&[1f64], 1.0);
    ordered(&[(1i32, 1i32)], (1, 1));
    ordered(&[(1isize, 1isize)], (1, 1));
    ordered(&[vec![1i32]], vec![1]);
    ordered(&[vec![1isize]], vec![1]);
    common(&[(1f32, 1f32)], (1.0, 1.0));
    keyed('a');
    keyed(1i32);
    keyed(1isize);
    keyed(String::new());
    keyed("");
    keyed(1u8);
    keyed(1usize);
    carried::<bool>();
    carried::<f32>();
    carried::<i64>();
    carried::<u32>();
    carried::<usize>();
    carried::<&str>();
    carried_in_more::<f64>();
    carried_in_more::<i32>();
    carried_in_more::<isize>();
    carried_in_more::<String>();
    carry::<(isize, isize, isize)>();
    carry::<(isize, isize, isize, isize)>();
    carry::<Vec<(isize, isize)>>();
    carry::<Vec<(String, isize)>>();
    carry::<HashMap<String, isize>>();
    texts_of(text);
    numbers();
    others();
}

fn texts_of(text: &str) {
    let c: Vec<char> = text.chars().collect();
    let s: String = c.iter().collect();
    let t: String = c.into_iter().collect();
    let r: String = text.chars().rev().collect();
    let h: HashSet<char> = text.chars().collect();
    let l: Vec<String> = text.lines().map(str::to_string).collect();
    black_box((s, t, r, h == HashSet::new(), l));
    black_box((
        text.chars().eq(text.chars().rev()),
        text.chars().all(char::is_alphanumeric),
    ));
    black_box((
        text.chars().any(char::is_uppercase),
        text.chars().filter(char::is_ascii_digit).count(),
    ));
    let w: Vec<&str> = text.split_whitespace().collect();
    let x: Vec<&str> = text.split(' ').collect();
    let y: Vec<&str> = text.split(", ").collect();
    let z: Vec<String> = text.split(' ').map(String::from).collect();
    let q: Vec<&str> = text.split(',').collect();
    black_box((
        w.join(" "),
        x.join(", "),
        y.concat(),
        z.join(" "),
        z.concat(),
        q,
    ));
    for c in text.chars() {
        black_box(c.is_alphabetic());
    }
    for (i, c) in text.chars().enumerate() {
        black_box((i, c));
    }
    for c in text.chars().rev() {
        black_box(c);
    }
    for b in text.bytes() {
        black_box(b);
    }
    for (i, c) in text.char_indices() {
        black_box((i, c));
    }
    let mut s = String::new();
    s.push('a');
    s.push_str(text);
    s += text;
    s.insert(0, 'a');
    s.pop();
    s.trim();
    s.to_lowercase();
    s.to_uppercase();
    s.contains('a');
    s.contains("a");
    s.starts_with("a");
    s.ends_with('a');
    s.replace("a", "b");
    s.replace(' ', "");
    s.len();
    s.chars().count();
    s.chars().nth(0);
    s.chars().next();
    s.as_bytes();
    s.repeat(2);
    s.find('a');
    black_box((
        text.parse::<i32>().is_ok(),
        text.parse::<i64>().is_ok(),
        text.parse::<isize>().is_ok(),
        text.parse::<f64>().is_ok(),
        text.parse::<u32>().unwrap_or(0),
        text.parse::<usize>().ok(),
    ));
    black_box((
        1i32.to_string(),
        1i64.to_string(),
        1isize.to_string(),
        1usize.to_string(),
        'a'.to_string(),
        text.to_string(),
        1f64.to_string(),
        format!("{}", s),
    ));
}

/// Define `numbers`: it counts with whole numbers of each type, and adds and compares them.
macro_rules! numbers {
    ($($kind:ty)*) => {
        fn numbers() {
            $(
                let v: Vec<$kind> = (0..3).collect();
                let w: Vec<$kind> = (0..=3).collect();
                let x: Vec<$kind> = vec![0; 3];
                let y: Vec<Vec<$kind>> = vec![vec![0; 3]; 3];
                black_box((
                    v.iter().sum::<$kind>(),
                    v.iter().product::<$kind>(),
                    v.iter().copied().max(),
                    v.iter().copied().min(),
                    v.iter().copied().sum::<$kind>(),
                    v.into_iter().sum::<$kind>(),
                ));
                black_box((w, x, y));
                for i in 0..3 as $kind {
                    black_box(i);
                }
                for i in 0..=3 as $kind {
                    black_box(i);
                }
                for i in (0..3 as $kind).rev() {
                    black_box(i);
                }
                for i in (0..9 as $kind).step_by(2) {
                    black_box(i);
                }
            )*
        }
    };
}

numbers! { i32 i64 isize u32 u64 usize }

fn others() {
    black_box(([1f64].iter().sum::<f64>(), [1f32].iter().sum::<f32>()));
    black_box(vec![false; 3]);
}
