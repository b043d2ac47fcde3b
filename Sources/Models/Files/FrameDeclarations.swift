import Specifications
import Tables

extension Contrast {
    /// Reads `contrasts: {cohort: sum, ses: {treatment: practical}}` of a model file.
    static func declared(_ value: SpecificationValue, formula: Formula) -> [String: Contrast]? {
        guard let mapping = value.openMapping("contrasts") else { return nil }
        var contrasts: [String: Contrast] = [:]
        for entry in mapping.entries {
            let names = formula.effectColumns
            guard names.contains(entry.key) else {
                let hint = nearest(to: entry.key, among: names).map { " Did you mean '\($0)'?" } ?? ""
                entry.keyValue.fail("'\(entry.key)' is not among the effects of the formula.\(hint)")
                continue
            }
            contrasts[entry.key] = Contrast(entry.value)
        }
        return contrasts.count == mapping.entries.count ? contrasts : nil
    }

    private init?(_ value: SpecificationValue) {
        if value.isMapping {
            guard let mapping = value.mapping("contrast", keys: ["treatment"]),
                let reference = mapping.text("treatment")
            else { return nil }
            self = .treatment(reference: reference)
            return
        }
        switch value.word(among: ["treatment", "sum", "helmert"]) {
        case "treatment": self = .treatment
        case "sum": self = .sum
        case "helmert": self = .helmert
        default: return nil
        }
    }
}

extension RowCondition {
    /// Reads `subset: cohort != "2016/17"` of a model file.
    static func declared(_ value: SpecificationValue) -> RowCondition? {
        guard let text = value.text() else { return nil }
        do {
            return try RowCondition(parsing: text)
        } catch {
            value.fail(
                "in the subset, at character \(error.position + 1): \(error.description)\n\(error.excerpt(of: text))")
            return nil
        }
    }
}
