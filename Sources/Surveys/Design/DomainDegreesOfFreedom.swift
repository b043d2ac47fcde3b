extension SurveyDesign.Stage {
    /// Clusters minus strata, of those that hold a row that counts.
    func degreesOfFreedom(where counts: (Int) -> Bool) -> Int {
        var clusterSeen = [Bool](repeating: false, count: clusterCount)
        for row in clusters.indices where !clusterSeen[Int(clusters[row])] && counts(row) {
            clusterSeen[Int(clusters[row])] = true
        }
        var (result, stratumSeen) = (0, [Bool](repeating: false, count: stratumCount))
        for (cluster, stratum) in stratumOfCluster.enumerated() where clusterSeen[cluster] {
            result += stratumSeen[Int(stratum)] ? 1 : 0
            stratumSeen[Int(stratum)] = true
        }
        return result
    }
}

extension SurveySample {
    /// The degrees of freedom that each domain has by itself: clusters minus strata among its rows with weight, what R survey's
    /// `degf` says of a subset. With replicate weights the sample's own.
    ///
    /// R's `svyquantile` and `svyciprop` take these for a subset; `svyby` leaves the choice open.
    public func degreesOfFreedom(in domains: DomainCodes) -> [Double] {
        switch errors {
        case .linearisation(let design):
            (0..<domains.count).map { domain in
                Double(design.stages[0].degreesOfFreedom { weights[$0] > 0 && domains.codes[$0] == domain })
            }
        case .replication:
            [Double](repeating: degreesOfFreedom, count: domains.count)
        }
    }

    /// The degrees of freedom of domains that are samples of their own, such as waves: with replicate weights their rank among the
    /// domain's rows less one, what R survey's `degf` says of a subset, and never more than the whole sample's.
    public func degreesOfFreedom(ofSamples domains: DomainCodes) -> [Double] {
        guard case .replication(let replicates) = errors, !replicates.areDegreesOfFreedomDeclared else {
            return degreesOfFreedom(in: domains)
        }
        return (0..<domains.count).map { domain in
            let rows = domains.codes.indices.filter { domains.codes[$0] == domain && weights[$0] > 0 }
            let own = replicates.replicates.map { weights in rows.map { weights[$0] } }
            return min(degreesOfFreedom, Double(max(1, rank(ofReplicates: own) - 1)))
        }
    }
}
