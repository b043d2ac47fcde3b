/* The Fortran routines of BLAS and LAPACK that Herstel calls, and no others.
 *
 * Own declarations rather than cblas.h and lapacke.h: those come from different packages per distribution,
 * while these symbols are in every BLAS and LAPACK, so that OpenBLAS is picked up without a rebuild.
 * Integers are 32 bits; every argument is by address; each CHARACTER argument adds its length, by value, at the
 * end of the list (gfortran's calling convention).
 */
#ifndef HERSTEL_CLAPACK_H
#define HERSTEL_CLAPACK_H

#include <stddef.h>
#include <stdint.h>

/* Cholesky factorisation of a symmetric positive definite matrix. */
void dpotrf_(const char *uplo, const int32_t *n, double *a, const int32_t *lda, int32_t *info, size_t uplo_length);

/* Inverse from a Cholesky factor. */
void dpotri_(const char *uplo, const int32_t *n, double *a, const int32_t *lda, int32_t *info, size_t uplo_length);

/* Solution of a triangular system with many right-hand sides. */
void dtrsm_(const char *side, const char *uplo, const char *transa, const char *diag, const int32_t *m,
            const int32_t *n, const double *alpha, const double *a, const int32_t *lda, double *b, const int32_t *ldb,
            size_t side_length, size_t uplo_length, size_t transa_length, size_t diag_length);

/* Inverse of a triangular matrix. */
void dtrtri_(const char *uplo, const char *diag, const int32_t *n, double *a, const int32_t *lda, int32_t *info,
             size_t uplo_length, size_t diag_length);

/* L' L of a lower triangular matrix, in place. */
void dlauum_(const char *uplo, const int32_t *n, double *a, const int32_t *lda, int32_t *info, size_t uplo_length);

/* Product with a triangular matrix, in place. */
void dtrmm_(const char *side, const char *uplo, const char *transa, const char *diag, const int32_t *m,
            const int32_t *n, const double *alpha, const double *a, const int32_t *lda, double *b, const int32_t *ldb,
            size_t side_length, size_t uplo_length, size_t transa_length, size_t diag_length);

/* Product of a matrix with its own transpose. */
void dsyrk_(const char *uplo, const char *trans, const int32_t *n, const int32_t *k, const double *alpha,
            const double *a, const int32_t *lda, const double *beta, double *c, const int32_t *ldc,
            size_t uplo_length, size_t trans_length);

/* General matrix product. */
void dgemm_(const char *transa, const char *transb, const int32_t *m, const int32_t *n, const int32_t *k,
            const double *alpha, const double *a, const int32_t *lda, const double *b, const int32_t *ldb,
            const double *beta, double *c, const int32_t *ldc, size_t transa_length, size_t transb_length);

/* Eigenvalues and eigenvectors of a symmetric matrix. */
void dsyevd_(const char *jobz, const char *uplo, const int32_t *n, double *a, const int32_t *lda, double *w, double *work,
             const int32_t *lwork, int32_t *iwork, const int32_t *liwork, int32_t *info, size_t jobz_length,
             size_t uplo_length);

#endif
