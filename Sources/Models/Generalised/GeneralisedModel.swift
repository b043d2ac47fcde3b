import LinearAlgebra
import Probability

/// A generalised linear mixed model bound to its data, ready to be fitted by maximum likelihood.
///
/// The likelihood is approximated by Laplace's method or, for one scalar random effect, by adaptive Gauss-Hermite
/// quadrature, as glmer of lme4 does; see ``MarginalDeviance``.
public struct GeneralisedModel: Sendable {
    let design: GeneralisedDesign
    let family: Family
    let quadraturePoints: Int
    let cells: ResponseCells
    let columns: FixedEffectsColumns
    /// The random effects, the factor with most levels first.
    let blocks: [RandomEffectsBlock]
    /// The random effects' columns as they are estimated, in the order of ``blocks``.
    let effects: [StandardisedEffects]
    let deviance: MarginalDeviance

    /// The largest number of quadrature points.
    public static let maximumQuadraturePoints = 25

    /// The model of a formula bound to its data; the frame's weights are numbers of trials (binomial) or prior weights.
    ///
    /// - Throws: ``ModelError`` where the response is not one of the family, or the design is not identified.
    public init(_ frame: ModelFrame, family: Family, quadraturePoints: Int = 1) throws(ModelError) {
        self = try GeneralisedModel(GeneralisedDesign(frame: frame), family: family, quadraturePoints: quadraturePoints)
    }

    /// Builds the model's equations.
    ///
    /// - Throws: ``ModelError`` where the response is not one of the family, or the design is not identified.
    init(_ design: GeneralisedDesign, family: Family, quadraturePoints: Int = 1) throws(ModelError) {
        let response = try ResponseTotals(design, family)
        guard !design.blocks.isEmpty else {
            throw .formula("the model has no random effects, such as '(1 | school)'; a mixed model needs them.")
        }
        for block in design.blocks where block.levelCount < 2 {
            throw .notIdentified(factor: block.factor, levels: block.levelCount, rows: design.rowCount)
        }
        for block in design.blocks {
            guard let repeated = block.repeatedEffect else { continue }
            throw .dependentRandomEffect(repeated, factor: block.factor)
        }
        try Self.check(quadraturePoints, design.blocks)
        guard ([design.columns, design.offset ?? []] + design.blocks.map(\.matrix)).isFinite else {
            throw .numericalBreakdown
        }
        // Stable, so that the caller's order decides between factors of the same size.
        let order = design.blocks.indices.sorted {
            (-design.blocks[$0].levelCount, $0) < (-design.blocks[$1].levelCount, $1)
        }
        blocks = order.map { design.blocks[$0] }
        self.design = design
        self.family = family
        self.quadraturePoints = quadraturePoints
        let cells = ResponseCells(design, response, firstBlock: blocks[0])
        self.cells = cells
        let width = design.columnCount
        let declared = cells.representatives.flatMap { design.columns[$0 * width..<($0 + 1) * width] }
        columns = FixedEffectsColumns(
            columnNames: design.columnNames, matrix: declared, counts: cells.sizes,
            hasIntercept: width > 0 && cells.representatives.indices.allSatisfy { declared[$0 * width] == 1 })
        guard design.rowCount > columns.count else {
            throw .tooFewRows(rows: design.rowCount, effects: columns.count)
        }
        let layout = EffectsLayout(blocks, cells)
        effects = blocks.map { StandardisedEffects($0, cells) }
        deviance = MarginalDeviance(
            family: family, layout: layout, cells: cells, templates: blocks.map(\.template),
            randomColumns: Self.sideBySide(effects, cells), fixedColumns: columns.matrix,
            fixedCount: columns.count, offsets: cells.representatives.map { design.offset?[$0] ?? 0 },
            constant: response.constant,
            rule: quadraturePoints > 1 ? GaussHermiteRule(count: quadraturePoints) : nil)
    }

    private static func check(_ points: Int, _ blocks: [RandomEffectsBlock]) throws(ModelError) {
        let effects = blocks.reduce(0) { $0 + $1.width }
        guard points == 1 || (effects == 1 && (1...maximumQuadraturePoints).contains(points)) else {
            let factors = blocks.map { "'\($0.factor)'" }.joined(separator: ", ")
            throw .quadrature(points: points, found: "\(effects) random effects of \(factors)")
        }
    }

    /// Z: the effects' columns of all blocks, cell by cell.
    private static func sideBySide(_ effects: [StandardisedEffects], _ cells: ResponseCells) -> [Double] {
        (0..<cells.count).flatMap { cell in
            effects.flatMap { $0.matrix[(cell * $0.width)..<((cell + 1) * $0.width)] }
        }
    }

    /// Fits the model: a quasi-Newton search over theta and beta with the analytic gradient, then Newton steps to the
    /// optimum's full digits. The search is free of bounds, because the sign of a column of the relative covariance factor
    /// does not matter.
    ///
    /// - Throws: ``ModelError/separated(columns:)``, ``ModelError/unboundedVariance(factor:)``,
    ///   ``ModelError/notConverged(evaluations:reason:)`` or
    ///   ``ModelError/numericalBreakdown``.
    public func fit() throws(ModelError) -> GeneralisedFit {
        let start = try FixedEffectsStart(
            family: family, columns: columns, offsets: deviance.offsets, totals: cells.totals, sizes: cells.sizes
        ).run()
        var search = GeneralisedSearch(deviance, factorNames: blocks.map(\.factor))
        let optimum = try search.run(from: start)
        return try GeneralisedFit(self, optimum, search.deviance)
    }
}

extension RandomEffectsBlock {
    /// An effect that is in two terms: the data cannot tell its two variances apart.
    fileprivate var repeatedEffect: String? {
        effectNames.enumerated().first { effectNames[..<$0.offset].contains($0.element) }?.element
    }
}

extension [[Double]] {
    fileprivate var isFinite: Bool { allSatisfy { $0.allSatisfy { $0.isFinite } } }
}
