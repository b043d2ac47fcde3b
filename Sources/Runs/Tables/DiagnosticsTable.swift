import Models
import Scenarios
import Tables

/// A remark with the model or scenario it is about.
public struct SubjectDiagnostic: Sendable {
    /// The model or scenario.
    public let subject: String
    /// The remark.
    public let diagnostic: Diagnostic
}

extension ResultTable {
    static func diagnostics(_ list: [SubjectDiagnostic]) -> ResultTable {
        var table = ResultTable(.diagnostics)
        for entry in list {
            table.append([
                .text(entry.subject), .text(entry.diagnostic.name), .optional(entry.diagnostic.value),
                .text(entry.diagnostic.note),
            ])
        }
        return table
    }
}
