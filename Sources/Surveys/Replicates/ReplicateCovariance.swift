import LinearAlgebra
import Parallelism

extension ReplicateWeights {
    /// An estimate with its covariance, made again at the weights of every replicate (R survey's `withReplicates`).
    ///
    /// - Parameter estimate: The estimates, k of them, at some weights, one weight a row. Called by several threads.
    /// - Throws: What the estimate throws at the full sample's weights; ``ReplicateProblem/notDefined(replicate:reason:)`` for
    ///   what it throws in a replicate.
    public func estimates(
        _ estimate: ([Double]) throws(SurveyError) -> [Double]
    ) throws(SurveyError) -> SurveyEstimates {
        let values = try estimate(weights)
        return SurveyEstimates(
            values: values, covariance: try covariance(around: values, estimate), degreesOfFreedom: degreesOfFreedom)
    }

    /// The covariance of estimates by their spread over the replicates:
    /// `scale * sum r replicateScale(r) (theta_r - centre)(theta_r - centre)'`.
    ///
    /// - Parameter values: The full sample's estimates, k of them.
    /// - Returns: k x k; the same bits for any number of threads.
    func covariance(
        around values: [Double], _ estimate: ([Double]) throws(SurveyError) -> [Double]
    ) throws(SurveyError) -> Matrix {
        try covariance(ofReplicates: estimatesByReplicate(estimate), around: values)
    }

    /// The estimates of each replicate.
    func estimatesByReplicate(
        _ estimate: ([Double]) throws(SurveyError) -> [Double]
    ) throws(SurveyError) -> [[Double]] {
        try everyReplicate { number throws(SurveyError) in
            do throws(SurveyError) {
                return try estimate(replicates[number])
            } catch {
                throw .replicates(.notDefined(replicate: number, reason: error.description))
            }
        }
    }

    /// Something of every replicate, made by several threads and handed over in order; of several errors the first replicate's.
    func everyReplicate<Part, Failure: Error>(
        _ make: (Int) throws(Failure) -> Part
    ) throws(Failure) -> [Part] {
        var slots = [Result<Part, Failure>?](repeating: nil, count: replicates.count)
        slots.withUnsafeMutableBufferPointer { slots in
            // Every index is written by one thread only.
            nonisolated(unsafe) let slots = slots
            Threads.forEach(slots.count) { number in
                do throws(Failure) {
                    slots[number] = .success(try make(number))
                } catch {
                    slots[number] = .failure(error)
                }
            }
        }
        var parts: [Part] = []
        parts.reserveCapacity(slots.count)
        for case .some(let slot) in slots { parts.append(try slot.get()) }
        return parts
    }

    private func covariance(ofReplicates estimates: [[Double]], around values: [Double]) -> Matrix {
        let centre = centre == .fullSample ? values : mean(ofReplicates: estimates, count: values.count)
        var sum = Matrix(rows: values.count, columns: values.count)
        for (estimate, factor) in zip(estimates, replicateScales) where factor > 0 {
            let difference = zip(estimate, centre).map { $0 - $1 }
            for column in difference.indices {
                let scaled = scale * factor * difference[column]
                for row in difference.indices { sum[row, column] += scaled * difference[row] }
            }
        }
        return sum.symmetrised
    }

    private func mean(ofReplicates estimates: [[Double]], count: Int) -> [Double] {
        var (sum, used) = ([Double](repeating: 0, count: count), 0.0)
        for (estimate, factor) in zip(estimates, replicateScales) where factor > 0 {
            used += 1
            for position in sum.indices { sum[position] += estimate[position] }
        }
        return sum.map { $0 / used }
    }

    /// The covariance of totals of an influence, n x k: of linearised statistics, without estimating them again.
    func covariance(ofInfluence influence: Matrix) -> Matrix {
        precondition(influence.rows == weights.count, "a row has an influence")
        func totals(_ weights: [Double]) -> [Double] {
            (0..<influence.columns).map { column in
                var sum = 0.0
                for row in weights.indices { sum += weights[row] * influence[row, column] }
                return sum
            }
        }
        var changes = [[Double]](repeating: [], count: replicates.count)
        changes.withUnsafeMutableBufferPointer { changes in
            // Every index is written by one thread only.
            nonisolated(unsafe) let changes = changes
            Threads.forEach(changes.count) { number in
                // Differences first: totals of a million rows would lose what they differ in.
                changes[number] = totals(zip(replicates[number], weights).map { $0 - $1 })
            }
        }
        return covariance(ofReplicates: changes, around: Array(repeating: 0, count: influence.columns))
    }
}
