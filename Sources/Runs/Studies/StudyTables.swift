import Specifications

/// The tables that a study may keep of each variant.
enum StudyTables {
    /// What is kept when the study names none.
    static let usual = ["trajectories", "comparison", "recovery", "ranking", "goals", "careers"]
    /// What may be named besides.
    static let others = [
        "allocation_summary", "spending", "effects", "capacity", "sensitivity", "assumptions", "diagnostics",
    ]

    /// Reads the names; nil after noting a problem.
    static func names(_ study: SpecificationMapping, sensitivity: Int?) -> [String]? {
        let analyses = (sensitivity ?? 0) > 0
        guard let value = study.optional("tables") else { return usual + (analyses ? ["sensitivity"] : []) }
        guard let list = value.list(atLeast: 1) else { return nil }
        let words = list.map { $0.word(among: usual + others) }
        let names = words.compactMap { $0 }
        guard names.count == words.count else { return nil }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            list[index].fail("table '\(name)' is named twice.")
            return nil
        }
        guard let sensitivity else { return nil }
        if let index = names.firstIndex(of: "sensitivity"), sensitivity == 0 {
            list[index].fail("table 'sensitivity' needs 'sensitivity: N', the base samples of the analysis.")
            return nil
        }
        if analyses, !names.contains("sensitivity") {
            value.fail(
                "'sensitivity: \(sensitivity)' asks for an analysis that no table keeps. Add sensitivity to the tables."
            )
            return nil
        }
        return names
    }
}
