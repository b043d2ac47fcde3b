import Specifications
import Surveys

/// The `replicates` mapping of a survey's design: replicate weights that the file has, or how to make them.
///
///     replicates: {prefix: W_FSTURWT, count: 80, kind: fay, rho: 0.5}        # columns W_FSTURWT1 ... W_FSTURWT80
///     replicates: {columns: [r1, r2, r3], kind: other, scale: 0.5, form: factors}
///     replicates: {make: bootstrap, count: 500, seed: 1}                     # or jackknife, stratified_jackknife, balanced, fay
struct ReplicateDeclaration: Sendable {
    /// Where the replicate weights come from.
    enum Origin: Sendable {
        /// Columns of the data.
        case columns([String], kind: ReplicateKind, form: ReplicateWeights.Form, scale: Double?)
        /// The design.
        case made(ReplicateMethod)
    }

    let origin: Origin
    let centre: ReplicateWeights.Centre

    private static let kinds = [
        "jackknife", "stratified_jackknife", "paired_jackknife", "balanced", "fay", "bootstrap",
        "successive_differences", "other",
    ]
    private static let methods = ["jackknife", "stratified_jackknife", "balanced", "fay", "bootstrap"]

    init?(_ value: SpecificationValue) {
        let keys = ["columns", "prefix", "count", "kind", "rho", "form", "scale", "centre", "make", "seed"]
        guard let mapping = value.mapping("replicates", keys: keys),
            let centre = mapping.optional("centre").map({ $0.word(among: ["full_sample", "replicate_mean"]) })
                ?? "full_sample"
        else { return nil }
        self.centre = centre == "full_sample" ? .fullSample : .replicateMean
        guard let origin = mapping.optional("make").map({ Self.made($0, mapping) }) ?? Self.given(mapping) else {
            return nil
        }
        self.origin = origin
    }

    /// The columns that hold the weights.
    var columns: [String] {
        guard case .columns(let names, _, _, _) = origin else { return [] }
        return names
    }

    private static func made(_ value: SpecificationValue, _ mapping: SpecificationMapping) -> Origin? {
        for key in ["columns", "prefix", "kind", "form", "scale"] {
            guard let other = mapping.optional(key) else { continue }
            other.fail("'\(key)' is for replicate weights that the data have, and 'make' asks to make them.")
            return nil
        }
        switch value.word(among: methods) {
        case "jackknife": return .made(.jackknife)
        case "stratified_jackknife": return .made(.stratifiedJackknife)
        case "balanced": return .made(.balanced)
        case "fay": return rho(mapping).map { .made(.fay(rho: $0)) }
        case "bootstrap":
            guard let count = mapping.integer("count", in: 2...100_000),
                let seed = mapping.integer("seed", in: 0...Int.max, default: 1)
            else { return nil }
            return .made(.bootstrap(.raoWu, replicates: count, seed: UInt64(seed)))
        default: return nil
        }
    }

    private static func given(_ mapping: SpecificationMapping) -> Origin? {
        guard let names = columnNames(mapping), let word = mapping.required("kind")?.word(among: kinds),
            let form = mapping.optional("form").map({ $0.word(among: ["combined", "factors"]) }) ?? "combined"
        else { return nil }
        var scale: Double?
        if let declared = mapping.optional("scale") {
            guard let number = declared.number(in: .positive) else { return nil }
            scale = number
        }
        let kind: ReplicateKind? =
            switch word {
            case "jackknife": .jackknife
            case "stratified_jackknife": .stratifiedJackknife
            case "paired_jackknife": .pairedJackknife
            case "balanced": .balanced
            case "fay": rho(mapping).map { .fay(rho: $0) }
            case "bootstrap": .bootstrap
            case "successive_differences": .successiveDifferences
            default: .other
            }
        return kind.map { .columns(names, kind: $0, form: form == "combined" ? .combined : .factors, scale: scale) }
    }

    private static func columnNames(_ mapping: SpecificationMapping) -> [String]? {
        if let list = mapping.optional("columns") { return list.texts(atLeast: 2) }
        guard let prefix = mapping.text("prefix"), let count = mapping.integer("count", in: 2...10_000) else {
            return nil
        }
        return (1...count).map { "\(prefix)\($0)" }
    }

    private static func rho(_ mapping: SpecificationMapping) -> Double? {
        guard let rho = mapping.number("rho", in: .share) else { return nil }
        guard rho < 1 else {
            mapping.optional("rho")?.fail("found 1; Fay's factor is below 1 (PISA: 0.5).")
            return nil
        }
        return rho
    }
}
