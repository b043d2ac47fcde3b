/// Words for a scheduler's directives: checked again where they are written, since anybody can edit a plan.
enum JobWord {
    /// Signs of names.
    static let name = letters + "_.,-"
    /// Signs of features that a node must have.
    static let constraint = letters + "_.,&|*()[]-"
    /// Signs of environment modules.
    static let module = letters + "_.+/-"
    /// Signs of a time.
    static let time = "0123456789:-"
    /// Signs of a size of memory.
    static let memory = "0123456789KMGT"

    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /// The word, when it holds only these signs.
    ///
    /// - Throws: ``BatchError/scheduler(program:reason:)``.
    static func checked(_ word: String, _ what: String, _ signs: String) throws(BatchError) -> String {
        guard !word.isEmpty, word.unicodeScalars.count <= 200, !word.hasPrefix("-"),
            word.unicodeScalars.allSatisfy({ signs.unicodeScalars.contains($0) })
        else {
            throw .scheduler(
                program: "script",
                reason:
                    "resources: \(what) '\(ShellWord.visible(word))' is not a word for a scheduler: expected 1 to 200 "
                    + "of the signs \(signs), not beginning with '-'. Mend the study and plan it again.")
        }
        return word
    }

    /// The name of a study's jobs: `herstel-` and what a scheduler can take of the study's name.
    static func jobName(_ study: String) -> String {
        let kept = study.unicodeScalars.map { name.unicodeScalars.contains($0) && $0 != "," ? Character($0) : "_" }
        return "herstel-" + String(kept.prefix(60))
    }
}
