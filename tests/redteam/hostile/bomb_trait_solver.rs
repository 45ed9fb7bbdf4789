//! task: red/add
//! expect: compile_error|timeout|resource_limit|test_failed
//! attack: trait obligations that branch at each level of a deep type
trait Solve {}
struct Node<A, B>(A, B);
impl Solve for () {}
impl<A: Solve, B: Solve> Solve for Node<A, B> where Node<B, A>: Mirror {}
trait Mirror {}
impl<A, B> Mirror for Node<A, B> where A: Solve, B: Solve {}

type N0 = Node<(), ()>;
type N1 = Node<N0, Node<(), N0>>;
type N2 = Node<N1, Node<N0, N1>>;
type N3 = Node<N2, Node<N1, N2>>;
type N4 = Node<N3, Node<N2, N3>>;
type N5 = Node<N4, Node<N3, N4>>;
type N6 = Node<N5, Node<N4, N5>>;

fn require<T: Solve>() -> i32 {
    -99
}

fn add(_a: i32, _b: i32) -> i32 {
    require::<N6>()
}
