import Tables
import Yams

/// Applies overrides to a file's tree, one after the other.
struct OverrideApplication {
    /// The tree as it is by now.
    private(set) var root: Node
    /// The first change at or below a place, by the place.
    private var changes: [OverrideLocation: SpecificationOverride] = [:]
    /// The first multiplication of a value as a whole, by its place.
    private var scaled: [OverrideLocation: SpecificationOverride] = [:]

    init(to root: Node) { self.root = root }

    /// Applies one more.
    ///
    /// - Parameter line: The line that stands for it below the file; nodes of the new value are marked with it.
    /// - Throws: ``OverrideProblem``; the tree is as before then.
    mutating func apply(_ change: SpecificationOverride, line: Int) throws(OverrideProblem) {
        let path = try SpecificationPath(parsing: change.path)
        let edit: OverrideEdit
        switch change.operation {
        case .set: edit = .set(try OverrideValue.node(change.value, line: line))
        case .scale: edit = try OverrideEdit(scalingBy: change.value, line: line)
        }
        var editor = OverrideEditor(edit: edit)
        var edited = root
        try editor.edit(&edited, path.steps[...], at: OverrideLocation())
        if case .set = edit { try checkUndone(editor.changed) }
        root = edited
        for location in editor.changed {
            if case .scale = edit { scaled[location] = scaled[location] ?? change }
            for length in 0...location.steps.count {
                let place = OverrideLocation(steps: Array(location.steps.prefix(length)))
                changes[place] = changes[place] ?? change
            }
        }
    }

    /// A value set in place of one that was changed before takes that change away: nobody means that.
    private func checkUndone(_ locations: [OverrideLocation]) throws(OverrideProblem) {
        for location in locations {
            guard let earlier = changes[location] else { continue }
            throw .undoes(earlier: earlier.shortWords, location: location.description)
        }
        for location in locations {
            for length in location.steps.indices where OverrideEdit.isInUnit(location.steps[length]) {
                let place = OverrideLocation(steps: Array(location.steps.prefix(length)))
                guard let earlier = scaled[place] else { continue }
                throw .undoes(earlier: earlier.shortWords, location: location.description)
            }
        }
    }
}

/// Where a value stands, exactly.
struct OverrideLocation: Hashable, CustomStringConvertible {
    enum Step: Hashable {
        case key(String)
        /// From 1.
        case element(Int)
    }

    var steps: [Step] = []

    func key(_ key: String) -> OverrideLocation { OverrideLocation(steps: steps + [.key(key)]) }
    func element(_ number: Int) -> OverrideLocation { OverrideLocation(steps: steps + [.element(number)]) }

    /// As a path: `outcomes[2].parameters`.
    var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key): text += (text.isEmpty ? "" : ".") + SpecificationPath.written(key)
            case .element(let number): text += "[\(number)]"
            }
        }
        return text
    }
}

/// What an override does to a value.
enum OverrideEdit {
    /// It is replaced.
    case set(Node)
    /// It is multiplied; new numbers get the mark.
    case scale(Double, mark: Mark?)

    /// The keys of a distribution that are in its unit.
    static let scaledKeys = ["low", "mode", "high", "mean", "sd", "value"]

    /// Whether a step leads to a number that multiplying a distribution changes, or to its kind.
    static func isInUnit(_ step: OverrideLocation.Step) -> Bool {
        if case .key(let key) = step { scaledKeys.contains(key) || key == "distribution" } else { false }
    }

    /// The edit that multiplies.
    ///
    /// - Throws: ``OverrideProblem/badFactor(_:)``.
    init(scalingBy text: String, line: Int) throws(OverrideProblem) {
        guard let factor = SpecificationValue.decimal(text) else { throw .badFactor(text) }
        self = .scale(factor, mark: try OverrideValue.node(text, line: line).mark)
    }
}
