import Tables
import Transitions

/// What can be wrong with the flows of a model of school careers.
public enum FlowProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// A state of the data that the ladder does not have.
    case unknownState(String, column: String, place: String, nearest: String?)
    /// A move that nobody can make.
    case impossibleMove(from: String, to: String, place: String)
    /// A count that is none.
    case badCount(String, column: String, place: String)
    /// No row is complete.
    case noRows(read: Int)
    /// Nobody is in grade 1.
    case noStarters(cell: String)
    /// Something is wrong with the chain of a year and group.
    case chain(ChainError, cell: String)
    /// Something is wrong with the probabilities.
    case probabilities(TransitionError, cell: String)
    /// The baseline names a year without flows.
    case unknownBaseline(String, known: [String])
    /// Two years and groups make one name.
    case sameCell(String)
    /// Cells cannot be protected.
    case disclosure(String)

    /// What was found, what was expected and what to do.
    public var description: String {
        switch self {
        case .unknownState(let state, let column, let place, let nearest):
            "\(place): column '\(column)' has '\(state)', which is no grade, diploma or end of 'tracks' and 'ends'."
                + (nearest.map { " Did you mean '\($0)'?" } ?? " Grades are written 'havo_3', diplomas 'diploma_havo'.")
        case .impossibleMove(let from, let to, let place):
            "\(place): \(ChainError.impossibleMove(from: from, to: to))"
        case .badCount(let found, let column, let place):
            "\(place): column '\(column)' is \(found); expected a whole number, 0 or more."
        case .noRows(let read):
            "no row has a year, both states and a count; \(read) were read. Check the columns' names and the missing values."
        case .noStarters(let cell):
            "nobody is in grade 1 in \(cell): there are no first placements. Give their shares under 'start'."
        case .chain(let error, let cell): "in \(cell): \(error)"
        case .probabilities(let error, let cell): "in \(cell): \(error)"
        case .unknownBaseline(let year, let known):
            "the baseline's '\(year)' is no year of the flows. Its years are: \(known.joined(separator: ", "))."
        case .sameCell(let name):
            "two of the years and groups would both be named '\(name)': a ':' stands in one of their names. Rename it."
        case .disclosure(let words): "cells cannot be protected: \(words)"
        }
    }
}
