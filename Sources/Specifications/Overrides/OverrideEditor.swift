import Tables
import Yams

/// Walks down a tree along the steps of a path and changes every value it arrives at.
///
/// Trees are values: an alias that was expanded is a copy, and changing it changes no other.
struct OverrideEditor {
    let edit: OverrideEdit
    /// Where values were changed.
    private(set) var changed: [OverrideLocation] = []

    init(edit: OverrideEdit) { self.edit = edit }

    /// Changes what the steps lead to from a node.
    mutating func edit(
        _ node: inout Node, _ steps: ArraySlice<SpecificationPath.Step>, at location: OverrideLocation
    ) throws(OverrideProblem) {
        guard let step = steps.first else { return try change(&node, at: location) }
        let rest = steps.dropFirst()
        switch step {
        case .key(let key): try editValue(of: key, in: &node, rest, at: location)
        case .element(let number):
            guard var list = node.sequence else { throw .notList(location: location.description) }
            guard number <= list.count else {
                throw .noElement(number, location: location.description, count: list.count)
            }
            try edit(&list[number - 1], rest, at: location.element(number))
            node = .sequence(list)
        case .elements(let conditions):
            guard var list = node.sequence else { throw .notList(location: location.description) }
            for index in try matches(of: conditions, in: list, at: location) {
                try edit(&list[index], rest, at: location.element(index + 1))
            }
            node = .sequence(list)
        }
    }

    private mutating func editValue(
        of key: String, in node: inout Node, _ rest: ArraySlice<SpecificationPath.Step>, at location: OverrideLocation
    ) throws(OverrideProblem) {
        guard var mapping = node.mapping else { throw .notKeys(location: location.description, key: key) }
        if let index = mapping.firstIndex(where: { $0.key.scalar?.string == key }) {
            var entry = mapping[index]
            try edit(&entry.value, rest, at: location.key(key))
            mapping[index] = entry
            node = .mapping(mapping)
            return
        }
        // Only the last key may be new; the file's reader refuses those that it does not know.
        guard rest.isEmpty, case .set(let value) = edit else {
            throw .unknownKey(
                key, location: location.description, keys: mapping.compactMap { $0.key.scalar?.string })
        }
        let name = Node.scalar(.init(key, .implicit, .doubleQuoted, value.mark))
        let pairs = mapping.map { ($0.key, $0.value) } + [(name, value)]
        node = .mapping(.init(pairs, mapping.tag, mapping.style, mapping.mark))
        changed.append(location.key(key))
    }

    /// The elements of a list that meet all conditions; at least one.
    private func matches(
        of conditions: [SpecificationPath.Condition], in list: Node.Sequence, at location: OverrideLocation
    ) throws(OverrideProblem) -> [Int] {
        let values = conditions.map { condition in list.map { Self.text(of: condition.key, in: $0) } }
        for (condition, found) in zip(conditions, values) where !found.contains(condition.value) {
            var seen: Set<String> = []
            let distinct = found.compactMap { $0 }.filter { seen.insert($0).inserted }
            throw .noMatch(
                key: condition.key, value: condition.value, location: location.description, values: distinct)
        }
        let matching = list.indices.filter { index in
            zip(conditions, values).allSatisfy { $1[index] == $0.value }
        }
        guard !matching.isEmpty else {
            let words = conditions.map(\.description).joined(separator: " and ")
            throw .noMatchOfAll(conditions: words, location: location.description)
        }
        return matching
    }

    private static func text(of key: String, in node: Node) -> String? {
        node.mapping?.first { $0.key.scalar?.string == key }?.value.scalar?.string
    }

    private mutating func change(_ node: inout Node, at location: OverrideLocation) throws(OverrideProblem) {
        switch edit {
        case .set(let value): node = value
        case .scale(let factor, let mark): node = try Self.product(node, factor, mark, at: location)
        }
        changed.append(location)
    }

    /// A number, or the numbers of a distribution, times a factor.
    private static func product(
        _ node: Node, _ factor: Double, _ mark: Mark?, at location: OverrideLocation
    ) throws(OverrideProblem) -> Node {
        if let scalar = node.scalar, let value = number(scalar) {
            let product = value * factor
            guard product.isFinite else { throw .tooLarge(location: location.description) }
            return .scalar(.init(shortestText(product), .implicit, .plain, mark))
        }
        guard var mapping = node.mapping, mapping.contains(where: { $0.key.scalar?.string == "distribution" }) else {
            throw .notScalable(location: location.description, found: SpecificationValue.found(node))
        }
        var count = 0
        for index in mapping.indices {
            let (key, value) = mapping[index]
            guard let word = key.scalar?.string, OverrideEdit.scaledKeys.contains(word) else { continue }
            guard let scalar = value.scalar, number(scalar) != nil else {
                throw .notScalable(location: location.key(word).description, found: SpecificationValue.found(value))
            }
            mapping[index] = (key: key, value: try product(value, factor, mark, at: location.key(word)))
            count += 1
        }
        guard count > 0 else {
            throw .notScalable(location: location.description, found: "a distribution without any of these")
        }
        return .mapping(mapping)
    }

    private static func number(_ scalar: Node.Scalar) -> Double? {
        scalar.style == .plain ? SpecificationValue.decimal(scalar.string) : nil
    }
}
