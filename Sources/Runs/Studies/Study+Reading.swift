import Scenarios
import Specifications

extension Study {
    /// Reads a study file and the scenario file that it varies.
    ///
    /// Every change is tried on the scenario file; whether the scenarios that come out can be simulated is
    /// ``checkVariants(limit:)``'s to say.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) {
        let file = try SpecificationFile(path: path)
        var unreadable: SpecificationError?
        let study: Study
        do throws(SpecificationError) {
            study = try file.decoded { root in
                let reader = StudyReader(file: file, root)
                unreadable = reader?.scenarioError
                return reader?.study
            }
        } catch {
            // A scenario file that cannot be read is the only thing wrong: its own messages say more.
            if let unreadable, error.problems.count == 1 { throw unreadable }
            throw error
        }
        self = study
    }

    /// Whether a file is a study: it says so, or has what only studies have.
    public static func isStudy(_ root: SpecificationValue) -> Bool {
        guard let mapping = root.isMapping ? root.openMapping("file") : nil else { return false }
        if let kind = mapping.optional("kind"), !kind.isMapping, !kind.isList { return kind.text() == "study" }
        return root.hasKey("base") && root.hasKey("design")
    }

    /// Reads variants as scenarios, without preparing them; returns how many.
    ///
    /// - Parameter limit: The most variants to read, evenly spread over the design.
    /// - Throws: ``BatchError/badVariant(number:description:reason:)`` for the first that is none.
    @discardableResult
    public func checkVariants(limit: Int = 1000) throws -> Int {
        let scenario = try ScenarioBase(path: base)
        let own = try scenario.variant([])
        let count = min(variants.count, max(1, limit))
        for index in 0..<count {
            // The first and the last are among them.
            let variant = variants[count == 1 ? 0 : index * (variants.count - 1) / (count - 1)]
            let reason: String?
            do throws(SpecificationError) {
                reason = try scenario.variant(variant.overrides).reasonOfOtherFiles(than: own)
            } catch {
                reason = error.description
            }
            guard let reason else { continue }
            throw BatchError.badVariant(number: variant.number, description: description(of: variant), reason: reason)
        }
        return count
    }

    /// A variant in words: its name, or its factors' levels.
    private func description(of variant: StudyVariant) -> String {
        if !variant.name.isEmpty { return variant.name }
        return zip(factors, variant.levels).map { "\($0.name) \($1)" }.joined(separator: ", ")
    }
}

extension ScenarioFile {
    /// Files that the scenario names: its models, schools and menu.
    private var namedFiles: [String] {
        models.map(\.path) + schools.inputPaths + [interventions?.menu.path].compactMap { $0 }
    }

    /// Why a variant that names files which its base does not cannot be in a study; nil when it names none.
    ///
    /// A plan holds the digests of the base's files, and every unit checks them: it would not notice a change to another file.
    public func reasonOfOtherFiles(than base: ScenarioFile) -> String? {
        let known = Set(base.namedFiles)
        guard let other = namedFiles.first(where: { !known.contains($0) }) else { return nil }
        return
            "\(path): the changes name \(other), a file that the base scenario does not rest on. A study varies numbers; "
            + "for another file make a scenario file of its own."
    }
}
