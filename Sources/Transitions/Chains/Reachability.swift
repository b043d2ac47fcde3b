import LinearAlgebra

/// Which states can be reached from which.
enum Reachability {
    /// The states that can be reached from some of them, themselves included.
    static func forward(_ probabilities: [Matrix], from start: [Bool]) -> [Bool] {
        spread(start) { from, to in probabilities.contains { $0[from, to] > 0 } }
    }

    /// The states from which one of some can be reached, themselves included.
    static func backward(_ probabilities: Matrix, to goal: [Bool]) -> [Bool] {
        spread(goal) { to, from in probabilities[from, to] > 0 }
    }

    private static func spread(_ start: [Bool], _ isLinked: (Int, Int) -> Bool) -> [Bool] {
        var found = start
        var open = start.indices.filter { start[$0] }
        while let state = open.popLast() {
            for next in start.indices where !found[next] && isLinked(state, next) {
                found[next] = true
                open.append(next)
            }
        }
        return found
    }
}
