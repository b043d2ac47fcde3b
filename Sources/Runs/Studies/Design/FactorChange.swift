import Specifications

/// A change to the base scenario with the value of the study file that asks for it, for messages.
struct FactorChange {
    let change: SpecificationOverride
    /// The new value or the factor, as `study.csv` shows it.
    let text: String
    let place: SpecificationValue

    /// What is changed, for people: the path, with `x` before it when it is multiplied.
    var words: String { (change.operation == .scale ? "x " : "") + change.path }

    /// Reads `set: {PATH: VALUE}` and `scale: {PATH: FACTOR}` of a mapping: what is set comes first.
    ///
    /// - Returns: Nil after noting a problem.
    static func list(_ mapping: SpecificationMapping) -> [FactorChange]? {
        var changes: [FactorChange] = []
        var isComplete = true
        for operation in SpecificationOverride.Operation.allCases {
            guard let value = mapping.optional(operation.rawValue) else { continue }
            guard let entries = value.openMapping("'\(operation.rawValue)'")?.entries else { return nil }
            for entry in entries {
                guard isAllowed(entry.key, operation, entry.keyValue),
                    let text = LevelText(entry.value, for: operation)
                else {
                    isComplete = false
                    continue
                }
                let change = SpecificationOverride(operation, path: entry.key, value: text.value)
                changes.append(FactorChange(change: change, text: text.text, place: entry.keyValue))
            }
        }
        return isComplete ? changes : nil
    }

    /// Whether studies may change what a path names; notes why not.
    static func isAllowed(
        _ path: String, _ operation: SpecificationOverride.Operation, _ place: SpecificationValue
    ) -> Bool {
        switch (path.split(separator: " ").joined(), operation) {
        case ("draws", _): place.fail("'draws' is the study's own key: every variant has as many draws.")
        case ("seed", .scale): place.fail("a seed is no quantity. Give the seeds themselves, with 'set'.")
        default: return true
        }
        return false
    }
}

/// A value of the study file as a level: its text in `study.csv`, and as an override takes it.
struct LevelText {
    /// As the table shows it.
    let text: String
    /// As an override takes it.
    let value: String

    /// The longest text that a table shows.
    static let longest = 200

    /// Reads a value; nil after noting a problem.
    init?(_ value: SpecificationValue, for operation: SpecificationOverride.Operation) {
        guard operation == .set || value.number() != nil, let flow = value.flowText() else { return nil }
        let word = value.isMapping || value.isList || flow == "~" ? nil : value.text()
        (text, self.value) = (word.flatMap { $0.isEmpty || !$0.isOneLine ? nil : $0 } ?? flow, flow)
    }

    /// Notes when a text is none for a column.
    static func isAllowed(_ text: String, _ place: SpecificationValue) -> Bool {
        guard !text.isEmpty, text.isOneLine else {
            place.fail("a level needs a text on one line.")
            return false
        }
        guard text.count <= longest else {
            place.fail(
                "the level's text has \(text.count) signs; expected at most \(longest). Name it: use 'levels' with a name for each."
            )
            return false
        }
        return true
    }
}
