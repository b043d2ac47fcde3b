import Models
import Tables

extension TableSchema {
    static let transitions = TableSchema(
        name: "transitions",
        description:
            "Where pupils went from each grade, diploma and track in a school year: the flows of school careers.",
        columns: [
            Column("model", .string, "the model file's name"), Column("sector", .string, "sector"),
            Column("year", .string, "the school year in which pupils were in 'from'"),
            Column("group", .string, "SES or other group; empty for all"),
            Column("from", .string, "the state: a track's grade (havo_3) or diploma (diploma_havo)"),
            Column("to", .string, "the state a year later, or an end"),
            Column(
                "move", .string,
                "what the transition means: promoted, passed, retained, up, down, left (without a diploma) or moved_on"),
            Column(
                "basis", .string,
                "what it rests on: counted, published, assumed, or rest: what the figures of the state leave"),
            Column("count", .number, "pupils", "pupils who made it; empty when not counted, or suppressed"),
            Column("base", .number, "pupils", "pupils who were in 'from'; empty when not counted, or suppressed"),
            Column("probability", .number, "share", "the share of the pupils in 'from'; empty when suppressed"),
            Column("std_error", .number, "share", "its standard error"),
            Column(
                "conf_low", .number, "share",
                "lower end of the confidence interval: Wilson's for counts, on the scale of log-odds for figures"),
            Column("conf_high", .number, "share", "upper end of the confidence interval"),
            Column("coverage", .number, "the interval's coverage"),
            Column(
                "suppressed", .string, "count, clusters or complementary when nothing is published, empty otherwise"),
        ])
}

/// The table of the flows of school careers; none when no model has flows.
struct FlowTables {
    let models: [FittedModel]

    var tables: [ResultTable] {
        guard models.contains(where: { $0.transitions?.flows != nil }) else { return [] }
        var table = ResultTable(.transitions)
        for model in models {
            guard let flows = model.transitions?.flows,
                case .transitions(.flows(let specification)) = model.file.kind
            else { continue }
            for row in flows.rows { table.append(Self.cells(row, flows, model, specification)) }
        }
        return [table]
    }

    private static func cells(
        _ row: FlowRow, _ flows: FlowFindings, _ model: FittedModel, _ specification: FlowSpecification
    ) -> [CSVWriter.Cell] {
        let states = flows.ladder.states
        return [
            .text(model.fit.model), .text(specification.sector), .text(row.year), .text(row.group),
            .text(states[row.from]), .text(states[row.to]), .text(row.move.rawValue), .text(row.basis.rawValue),
            .optional(row.count), .optional(row.base), .optional(row.share?.value),
            .optional(row.share?.standardError), .optional(row.interval?.lowerBound),
            .optional(row.interval?.upperBound), .double(specification.coverage), .text(row.suppressed ?? ""),
        ]
    }
}
